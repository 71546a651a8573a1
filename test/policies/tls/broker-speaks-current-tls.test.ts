import { brokerSpeaksCurrentTls } from "../../../policies/tls/broker-speaks-current-tls.ts";
import { judges } from "../judging.ts";

const TLS = "listener 8883\ncertfile /certs/a.crt\nkeyfile /certs/a.key\n";
const CIPHERS = "ciphers ECDHE-RSA-AES128-GCM-SHA256\n";
const AT = "listener 8883 (mosquitto.conf line 1)";
const conf = (text: string) => ({ text });

judges(brokerSpeaksCurrentTls, "TLS-003", {
  rejects: [
    { name: "no version", given: conf(TLS + CIPHERS), evidence: [`${AT}: tls_version is not set`] },
    {
      name: "ciphers that nobody names",
      given: conf(`${TLS}tls_version tlsv1.2\n`),
      evidence: [`${AT}: ciphers is not set`],
    },
    {
      name: "a weak suite of TLS 1.3",
      given: conf(`${TLS}tls_version tlsv1.3\nciphers_tls1.3 TLS_AES_128_CCM_8_SHA256\n`),
      evidence: [`${AT}: ciphers_tls1.3 is "TLS_AES_128_CCM_8_SHA256" (mosquitto.conf line 5)`],
    },
    {
      name: "an old version",
      given: conf(`${TLS}tls_version tlsv1.1\n${CIPHERS}`),
      evidence: [`${AT}: tls_version is "tlsv1.1" (mosquitto.conf line 4)`],
    },
    {
      name: "weak ciphers",
      given: conf(`${TLS}tls_version tlsv1.2\nciphers ECDHE-RSA-AES128-GCM-SHA256:RC4-SHA\n`),
      evidence: [`${AT}: ciphers is "ECDHE-RSA-AES128-GCM-SHA256:RC4-SHA" (mosquitto.conf line 5)`],
    },
    { name: "no certificate at 8883", given: conf("listener 8883\n"), evidence: [`${AT} has no certfile`] },
    {
      name: "a certificate without a key",
      given: conf(TLS.replace("keyfile /certs/a.key", "tls_version tlsv1.3")),
      evidence: [`${AT} has no keyfile`],
    },
    {
      name: "a file that is not known here",
      given: {},
      evidence: ["cannot be judged: its text is not known here"],
    },
  ],
  accepts: [
    {
      name: "current versions",
      given: conf(`listener 1883\n${TLS}tls_version tlsv1.2\nciphers HIGH:!RC4\nlistener 8884\n`),
    },
  ],
});

import { edgeSpeaksCurrentTls } from "../../../policies/tls/edge-speaks-current-tls.ts";
import { judgesEdges } from "../edge-file.ts";

const AT = "line 25: frontend https, line 26";

judgesEdges(
  edgeSpeaksCurrentTls,
  "TLS-004",
  [
    {
      name: "no version",
      change: { "ssl-min-ver TLSv1.2 ": "" },
      evidence: [`${AT}: ssl-min-ver is not set`],
    },
    { name: "an old version", change: { "TLSv1.2": "TLSv1.1" }, evidence: [`${AT}: ssl-min-ver is TLSv1.1`] },
    {
      name: "an old version at the bind, which counts",
      change: { "ssl crt": "ssl ssl-min-ver TLSv1.0 crt" },
      evidence: [`${AT}: ssl-min-ver is TLSv1.0`],
    },
    {
      name: "an old version by force",
      change: { "no-tls-tickets": "no-tls-tickets force-tlsv11" },
      evidence: [`${AT}: force-tlsv11`],
    },
    {
      name: "ciphers that nobody names",
      change: {
        "    ssl-default-bind-ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256\n": "",
      },
      evidence: [`${AT.replace("25", "24").replace("26", "25")}: no ciphers are named`],
    },
    {
      name: "tickets",
      change: { " no-tls-tickets": "" },
      evidence: [`${AT}: session tickets with a key that is never changed`],
    },
    {
      name: "a weak suite of TLS 1.3",
      change: { "ssl crt": "ssl ciphersuites TLS_AES_128_CCM_8_SHA256 crt" },
      evidence: [`${AT}: ciphersuites TLS_AES_128_CCM_8_SHA256`],
    },
    {
      name: "weak ciphers",
      change: { "ECDHE-ECDSA-AES128-GCM-SHA256": "DES-CBC3-SHA:NULL-SHA256:!RC4" },
      evidence: [`${AT}: cipher DES-CBC3-SHA`, `${AT}: cipher NULL-SHA256`],
    },
  ],
  [
    {
      name: "TLS 1.3 at the bind",
      change: { "ssl crt": "ssl ssl-min-ver TLSv1.3 crt", "ssl-min-ver TLSv1.2 no": "no" },
    },
  ],
);

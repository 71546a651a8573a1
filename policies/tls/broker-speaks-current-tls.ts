import { parseOnce } from "../facts/parsed-files.ts";
import { WEAK_SUITES } from "../facts/tls-suites.ts";
import type { Listener } from "../files/mosquitto-conf.ts";
import { parseMosquittoConf } from "../files/mosquitto-conf.ts";
import type { Settings } from "../files/settings.ts";
import { definePolicy } from "../policy.ts";

const CURRENT: readonly string[] = ["tlsv1.2", "tlsv1.3"];
const WEAK = /NULL|RC4|3DES|DES|MD5|EXP|ADH|AECDH|LOW|^ALL$/;

export const brokerSpeaksCurrentTls = definePolicy({
  id: "TLS-003",
  severity: "high",
  title: "Mosquitto speaks TLS 1.2 and 1.3 alone, with ciphers that are named",
  why: "`tls_version` is the least that the broker speaks; without it the version of the broker decides.",
  avoid: `# mosquitto.conf
listener 8883
certfile /certs/broker.crt
keyfile /certs/broker.key
tls_version tlsv1`,
  prefer: `# mosquitto.conf
listener 8883
certfile /certs/broker.crt
keyfile /certs/broker.key
tls_version tlsv1.2
ciphers ECDHE-ECDSA-AES128-GCM-SHA256`,
  allowed:
    "tls_version tlsv1.2 or tlsv1.3 at each listener with a certificate, ciphers for 1.2 that are named and not weak; certfile and keyfile at 8883",
  fix: "add tls_version tlsv1.2 and ciphers such as ECDHE-ECDSA-AES128-GCM-SHA256 below the listener",
  source: "mosquitto.conf(5)",
  looksAt: ["file/mosquitto.conf"],
  check: (file) => parseOnce(file, parseMosquittoConf).listeners.flatMap(problems),
});

function problems({ port, place, settings }: Listener): readonly string[] {
  const hasTls = settings.last("certfile") !== undefined || settings.last("keyfile") !== undefined;
  if (!hasTls) return port === 8883 ? [`listener 8883 (${place}) has no certfile`] : [];
  return [
    ...["certfile", "keyfile"]
      .filter((name) => settings.last(name) === undefined)
      .map((name) => `listener ${port} (${place}) has no ${name}`),
    ...settings.must("tls_version", (version) => CURRENT.includes(version)).map(at),
    ...ciphers(settings).map(at),
    ...settings.may("ciphers_tls1.3", (suites) => !WEAK_SUITES.test(suites)).map(at),
  ];

  function at(evidence: string) {
    return `listener ${port} (${place}): ${evidence}`;
  }
}

/** OpenSSL's own list has ciphers without forward secrecy; TLS 1.3 has none of them. */
const ciphers = (settings: Settings): readonly string[] => {
  const areStrong = (value: string) => !value.split(":").some(isWeak);
  return settings.last("tls_version")?.value === "tlsv1.3"
    ? settings.may("ciphers", areStrong)
    : settings.must("ciphers", areStrong);
};

const isWeak = (cipher: string) => !/^[!-]/.test(cipher) && WEAK.test(cipher);

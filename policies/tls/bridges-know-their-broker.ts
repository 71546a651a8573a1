import type { Resource, StackDocument } from "../document.ts";
import { readersOf } from "../facts/deliveries.ts";
import { staysOnTheHost } from "../facts/links.ts";
import { parseOnce } from "../facts/parsed-files.ts";
import { type Bridge, parseMosquittoConf } from "../files/mosquitto-conf.ts";
import { definePolicy } from "../policy.ts";

const AUTHORITIES = ["bridge_cafile", "bridge_capath"];
const OLD = ["tlsv1", "tlsv1.1"];
const isTrue = (value?: string) => value === "true" || value === "1";

export const bridgesKnowTheirBroker = definePolicy({
  id: "TLS-017",
  severity: "high",
  title: "a bridge of Mosquitto speaks TLS and checks the other broker, or stays on the host",
  why: "A bridge sends all that it hands on, and its password, to whom it reaches: without a CA in clear text, and with bridge_insecure to anybody with a certificate of that CA.",
  avoid: `# mosquitto.conf
connection central
address central.example.org:1883
topic sensor/+ out 1`,
  prefer: `# mosquitto.conf
connection central
address central.example.org:8883
bridge_cafile /certs/central-ca.crt
bridge_certfile /certs/site.crt
bridge_keyfile /certs/site.key
topic sensor/+ out 1`,
  allowed:
    "bridge_cafile, bridge_capath, bridge_tls_use_os_certs true, or bridge_psk with bridge_identity; bridge_insecure false or left out; TLS 1.2 or newer; or a host name that a container on a shared bridge answers to",
  fix: "name the CA of the other broker in bridge_cafile, connect to its port with TLS, mostly 8883, by a name that is in its certificate, and take bridge_insecure out",
  source: "mosquitto.conf(5), Configuring Bridges, SSL/TLS Support",
  enforcedIn: ["production"],
  looksAt: ["file/mosquitto.conf"],
  where: (file) => parseOnce(file, parseMosquittoConf).bridges.length > 0,
  check: (file, stack) =>
    parseOnce(file, parseMosquittoConf)
      .bridges.filter((bridge) => leaves(bridge, file, stack))
      .flatMap(problems),
});

function leaves({ hosts }: Bridge, file: Resource, stack: StackDocument): boolean {
  const readers = readersOf(file, stack);
  const from = readers.length === 0 ? [file] : readers;
  return hosts.some((host) => from.some((reader) => !staysOnTheHost({ host }, reader, stack)));
}

function problems({ name, hosts, settings }: Bridge): readonly string[] {
  const has = (setting: string) => settings.last(setting) !== undefined;
  const checks =
    AUTHORITIES.some(has) ||
    isTrue(settings.last("bridge_tls_use_os_certs")?.value) ||
    (has("bridge_psk") && has("bridge_identity"));
  return [
    ...(checks
      ? []
      : [`bridge ${name} leads to ${hosts.join(" and ")} in clear text: bridge_cafile is not set`]),
    ...settings.may("bridge_insecure", (value) => !isTrue(value)),
    ...settings.may("bridge_tls_version", (value) => !OLD.includes(value)),
  ];
}

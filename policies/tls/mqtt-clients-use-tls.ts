import type { Resource } from "../document.ts";
import type { Evidence } from "../evidence.ts";
import { firstValue, isOn } from "../facts/environment.ts";
import { type Link, leadsNowhereKnown, linksBy, staysOnTheHost } from "../facts/links.ts";
import { remembered } from "../facts/remembered.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

const HOSTS = ["MQTT_HOST", "MQTT_BROKER", "MQTT_BROKER_HOST", "MQTT_SERVER"];
const AUTHORITIES = ["MQTT_CA_CERTS", "MQTT_CA_CERT", "MQTT_CA_FILE", "MQTT_CAFILE", "MQTT_TLS_CA"];

const all = linksBy(/^(mqtts?|ssl|tls|wss?)$/, HOSTS);
const isMqtt = ({ scheme, variable }: Link) =>
  scheme === "" || scheme.startsWith("mqtt") || /MQTT/.test(variable);
const links = remembered((resource: Resource) => all(resource).filter(isMqtt));

export const mqttClientsUseTls = definePolicy({
  id: "TLS-012",
  severity: "high",
  title: "connections to an MQTT broker are encrypted and checked, or stay on the host",
  why: "An MQTT password goes over the wire as it is; TLS without an authority to check against takes any broker's word.",
  avoid: 'environment: {MQTT_URL: "mqtt://broker.example.org:1883"}',
  prefer: 'environment: {MQTT_URL: "mqtts://broker.example.org:8883", MQTT_CA_CERTS: /certs/ca.crt}',
  allowed:
    "mqtts:// or MQTT_TLS true with a port that is not 1883, and a CA file in MQTT_CA_CERTS; or a host name that a container on a shared bridge answers to",
  fix: "connect with TLS, mostly at 8883, and name the CA file, or use the broker of the stack",
  source: "MQTT 3.1.1, 5.4.5; mosquitto.conf(5)",
  enforcedIn: ["production"],
  looksAt: RUNS,
  where: (resource) => links(resource).length > 0,
  check: (resource, stack) =>
    links(resource)
      .filter((link) => !staysOnTheHost(link, resource, stack))
      .flatMap((link): readonly Evidence[] => {
        const found = problems(resource, link.scheme);
        if (link.host === undefined) return found.length === 0 ? [] : [leadsNowhereKnown(link)];
        return found.map((problem) => `${link.variable} leads to ${link.host}, ${problem}`);
      }),
});

function problems(resource: Resource, scheme: string): readonly string[] {
  const isEncrypted =
    scheme === ""
      ? isOn(firstValue(resource, ["MQTT_TLS", "MQTT_USE_TLS"]))
      : scheme !== "mqtt" && scheme !== "ws";
  const port = firstValue(resource, ["MQTT_PORT"]);
  return [
    ...(isEncrypted ? [] : ["without TLS"]),
    ...(scheme === "" && (port === undefined || port === "" || port === "1883")
      ? [`MQTT_PORT is ${port ?? "not set"}`]
      : []),
    ...((firstValue(resource, AUTHORITIES) ?? "") === "" ? ["no CA file is named"] : []),
  ];
}

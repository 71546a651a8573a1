import { mqttClientsUseTls } from "../../../policies/tls/mqtt-clients-use-tls.ts";
import { local, mosquitto } from "../images.ts";
import { judges, NETWORKS } from "../judging.ts";

const env = (...variables: readonly string[]) => ({ env: variables });
const onEdge = (aliases: readonly string[]) => ({
  networks_advanced: [{ name: "${docker_network.Edge.id}", aliases }],
});
const OTHER = "MQTT_HOST=mqtt.example.org";
const AT = "MQTT_HOST leads to mqtt.example.org,";

judges(mqttClientsUseTls, "TLS-012", {
  rejects: [
    {
      name: "a broker elsewhere in clear text",
      given: env(OTHER),
      evidence: [`${AT} without TLS`, `${AT} MQTT_PORT is not set`, `${AT} no CA file is named`],
    },
    {
      name: "TLS on the port for clear text, with an empty CA",
      given: env(OTHER, "MQTT_TLS=true", "MQTT_PORT=1883", "MQTT_CA_CERTS="),
      evidence: [`${AT} MQTT_PORT is 1883`, `${AT} no CA file is named`],
    },
    {
      name: "a URL in clear text",
      given: env("MQTT_URL=mqtt://user:hunter2@mqtt.example.org", "MQTT_CA_FILE=/ca.crt"),
      evidence: ["MQTT_URL leads to mqtt.example.org, without TLS"],
    },
    {
      name: "a host known only at apply",
      given: env("MQTT_HOST=${var.host}", "MQTT_TLS=on", "MQTT_PORT=8883"),
      evidence: ["MQTT_HOST leads to a host known only at apply"],
    },
  ],
  accepts: [
    { name: "TLS with a CA", given: env(OTHER, "MQTT_TLS=true", "MQTT_PORT=8883", "MQTT_CA_CERTS=/ca.crt") },
    {
      name: "TLS with a CA, at a port of the broker's own",
      given: env(OTHER, "MQTT_TLS=true", "MQTT_PORT=8884", "MQTT_CA_CERTS=/ca.crt"),
    },
    { name: "a URL of TLS", given: env("BROKER=mqtts://mqtt.example.org", "MQTT_CA_FILE=/ca.crt") },
    {
      name: "the broker of the stack on a shared bridge",
      given: { ...env("MQTT_HOST=mosquitto", "MQTT_PORT=1883"), ...onEdge([]) },
      around: { ...NETWORKS, docker_container: { Broker: { ...mosquitto, ...onEdge(["mosquitto"]) } } },
    },
    { name: "a local stack, where it is relaxed", given: { ...local, ...env(OTHER) } },
    { name: "sockets of something else", given: env("API=wss://api.example.org"), examined: 0 },
  ],
});

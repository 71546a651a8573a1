import type { MqttClient } from "mqtt";
import type { Deployment } from "../../services/deployment.ts";
import { brokerUsers } from "../../services/mosquitto/mosquitto.ts";
import { publish, subscribe } from "./e2e-broker.ts";

/** Who may do what, as lines such as `dev-1 writes sensor/dev-1`, sorted. */
export type Rights = readonly string[];

/** An MQTT topic filter against a topic (MQTT 5.0 §4.7); a wildcard at the beginning leaves `$SYS` and the like out. */
function matches(filter: string, topic: string): boolean {
  if (topic.startsWith("$") && !filter.startsWith("$")) return false;
  const pattern = filter
    .split("/")
    .map((level) =>
      level === "+" ? "[^/]+" : level === "#" ? ".*" : level.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"),
    );
  return new RegExp(`^${pattern.join("/")}$`).test(topic);
}

/** The rights that a deployment declares, worked out from its configuration alone. */
export function declaredRights(
  deployment: Deployment,
  identities: readonly string[],
  topics: readonly string[],
): Rights {
  const users = brokerUsers(deployment);
  const { devices } = deployment.mosquitto;
  const certified = deployment.tls.mqttClients === "certificates";
  const own = (filters: readonly string[], name: string) =>
    certified ? filters.map((filter) => filter.replaceAll("%u", name)) : [];
  const lines = identities.flatMap((name) => {
    const user = users.find((known) => known.name === name);
    const writes = [...(user?.publish ?? []), ...own(devices.publish, name)];
    const reads = [...(user?.subscribe ?? []), ...own(devices.subscribe, name)];
    return topics.flatMap((topic) => [
      ...(writes.some((filter) => matches(filter, topic)) ? [`${name} writes ${topic}`] : []),
      ...(reads.some((filter) => matches(filter, topic)) ? [`${name} reads ${topic}`] : []),
    ]);
  });
  return lines.sort();
}

/**
 * The rights that a broker grants: every identity asks for everything and writes to every topic. A topic that nobody
 * may write shows no reader, so each topic needs a writer.
 */
export async function grantedRights(
  clients: ReadonlyMap<string, MqttClient>,
  topics: readonly string[],
): Promise<Rights> {
  const found = new Set<string>();
  for (const [name, client] of clients) {
    client.on("message", (topic) => topics.includes(topic) && found.add(`${name} reads ${topic}`));
    for (const filter of ["#", "$SYS/#", ...topics]) await subscribe(client, filter);
  }
  for (const topic of topics)
    for (const [name, client] of clients)
      if ((await publish(client, topic)) === "accepted") found.add(`${name} writes ${topic}`);
  // A connection is answered in order: behind this answer nothing is still on its way.
  for (const client of clients.values()) await publish(client, "nobody/may");
  return [...found].sort();
}

import { UserError } from "../core/errors.ts";
import type { Deployment } from "../services/deployment.ts";
import { topicsOverlap, withName } from "../site/topics.ts";

type Users = Deployment["mosquitto"]["users"];

/** The topic that a sensor's readings have, unless a whole topic was given. */
export const topicOf = ({ topics }: Pick<Deployment, "topics">, sensorOrTopic: string): string =>
  sensorOrTopic.includes("/") ? sensorOrTopic : topics.readings.replace(/[+#]/g, sensorOrTopic);

/**
 * The first user of the site file that may publish on a topic.
 *
 * @throws UserError that lists who may publish what
 */
export function publisherOf({ mosquitto, name }: Deployment, topic: string): string {
  if (/[+#]/.test(topic)) {
    throw new UserError(
      `topic ${JSON.stringify(topic)}: + and # stand for other levels; allowed: one topic`,
      "name one sensor, or one whole topic: exploreiot publish temp 21.5",
    );
  }
  const found = mosquitto.users.find((user) =>
    user.publish.some((filter) => topicsOverlap(withName(filter, user.name), topic)),
  );
  if (found !== undefined) return found.name;
  throw new UserError(
    `${name}: no user of mosquitto.users may publish on ${JSON.stringify(topic)}; allowed: ${allowed(mosquitto.users)}`,
    "publish on one of these, or add the topic to a user in the site file and run exploreiot up",
    "a device with a certificate publishes under its own name: exploreiot devices issue NAME",
  );
}

function allowed(users: Users): string {
  const may = users.filter(({ publish }) => publish.length > 0);
  if (may.length === 0) return "nothing, since none of them may publish";
  return may
    .map(({ name, publish }) => `${publish.map((topic) => withName(topic, name)).join(", ")} as ${name}`)
    .join("; ");
}

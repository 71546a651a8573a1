import type { Problem } from "../core/problems.ts";
import { ALARM_TOPICS, STATUS_TOPICS } from "../services/application/reference.ts";
import type { Deployment, ParsedDeployment } from "../services/deployment.ts";
import { servesDevices } from "../services/listeners.ts";
import { BACKEND_USER } from "../services/mosquitto/definition.ts";
import { OF_SITES, topicsOverlap } from "../site/topics.ts";

/** Users that the kit makes itself. */
const TAKEN = [BACKEND_USER, "health"];

/** Letter case is not enough to tell users apart: their passwords are files, also on disks that know no case. */
export function mqttUsersAreDistinct({ mosquitto }: ParsedDeployment): readonly Problem[] {
  const taken = new Map(TAKEN.map((name) => [name, name]));
  return mosquitto.users.flatMap(({ name }, index) => {
    const plain = name.toLowerCase();
    const free = !taken.has(plain);
    taken.set(plain, name);
    if (free) return [];
    const allowed = `a name that is not taken, in capitals or small letters (${TAKEN.join(" and ")} belong to the kit)`;
    return [{ path: `mosquitto.users.${index}.name`, got: name, allowed, fix: "rename the user" }];
  });
}

type Reading = Pick<ParsedDeployment, "topics"> & {
  readonly backend: Pick<ParsedDeployment["backend"], "enabled" | "image" | "build">;
};

/** The shipped backend takes the last level of a topic for the sensor; one's own may read topics as it likes. */
const isShipped = ({ backend }: Reading): boolean =>
  backend.enabled && backend.image === undefined && backend.build === undefined;

/** Two topics that end alike would be one sensor, so the only wildcard is a `+` at the end. */
export function readingsNameTheirSensor(deployment: Reading): readonly Problem[] {
  const { readings, status } = deployment.topics;
  if (!isShipped(deployment)) return [];
  const found: Problem[] = [];
  const [site, name, ...rest] = readings.split("/");
  const named = site === OF_SITES && name === "+" && rest.length > 0 ? rest.join("/") : readings;
  if (/[+#]/.test(named.replace(/(^|\/)\+$/, ""))) {
    const allowed = `a topic with no wildcard but a + as its last level, which the reference backend takes for the name of the sensor, and one behind ${OF_SITES}/ for that of a site: others would make one sensor of several`;
    const fix = `name the sensor in the last level ("plant/+", "${OF_SITES}/+/sensor/+"), or use your own backend.image`;
    found.push({ path: "topics.readings", got: readings, allowed, fix });
  }
  const kept = { [ALARM_TOPICS]: "its own alarms", [STATUS_TOPICS]: "the states of devices" };
  for (const [topics, what] of Object.entries(kept)) {
    if (!topicsOverlap(readings, topics)) continue;
    const allowed = `a topic apart from ${topics}, where the reference backend would take ${what} for readings`;
    found.push({ path: "topics.readings", got: readings, allowed, fix: "choose another topic" });
  }
  if (topicsOverlap(readings, status)) {
    const allowed = `a topic apart from topics.readings (${readings}), where the reference backend would take its own status for a reading`;
    found.push({ path: "topics.status", got: status, allowed, fix: "choose another topic" });
  }
  return found;
}

/** The shipped backend has to read the topics that devices with certificates may publish to, or nobody gets the messages. */
export function devicesAreRead(deployment: ParsedDeployment): readonly Problem[] {
  const { mosquitto, topics } = deployment;
  const { publish } = mosquitto.devices;
  if (!isShipped(deployment) || !servesDevices(deployment) || publish.length === 0) return [];
  if (publish.some((topic) => topicsOverlap(topic, topics.readings))) return [];
  const allowed = `a topic among those of topics.readings (${topics.readings}), the only ones that the reference backend reads`;
  const ofSites = topics.readings.startsWith(`${OF_SITES}/+/`);
  const own = topics.readings.replace(ofSites ? /\+/ : /\+$/, "%u");
  const fix = `write ${own}, or change topics.readings`;
  return [{ path: "mosquitto.devices.publish", got: publish, allowed, fix }];
}

/** Topics that users may publish to and nobody may read: the broker acknowledges such a message and throws it away. Told, not refused. */
export function unreadTopics(deployment: Deployment): readonly string[] {
  const { mosquitto, programs, topics } = deployment;
  const ofPrograms = programs.flatMap(({ at, rights }) =>
    rights.mosquitto === undefined ? [] : [{ at, name: rights.mosquitto.user, ...rights.mosquitto }],
  );
  const ofUsers = mosquitto.users.map((user) => ({ at: "mosquitto.users", ...user }));
  const read = [
    ...[...ofPrograms, ...ofUsers].flatMap(({ subscribe }) => subscribe),
    ...(servesDevices(deployment) ? mosquitto.devices.subscribe : []),
  ];
  return [...ofUsers, ...ofPrograms.filter(({ name }) => name !== BACKEND_USER)].flatMap(
    ({ at, name, publish }) =>
      publish
        .filter((topic) => !read.some((filter) => topicsOverlap(topic, filter)))
        .map(
          (topic) =>
            `${at}: what ${name} publishes to ${topic} is acknowledged and lost, since nobody may read it (topics.readings is ${topics.readings})`,
        ),
  );
}

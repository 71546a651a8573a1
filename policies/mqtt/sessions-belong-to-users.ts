import type { Resource, StackDocument } from "../document.ts";
import { readersOf } from "../facts/deliveries.ts";
import { parseOnce } from "../facts/parsed-files.ts";
import { internalPort, isOpen, publishedPorts } from "../facts/ports.ts";
import { type Listener, parseMosquittoConf } from "../files/mosquitto-conf.ts";
import { definePolicy } from "../policy.ts";

export const sessionsBelongToUsers = definePolicy({
  id: "MQT-022",
  severity: "low",
  title: "clients from outside cannot take the sessions of others",
  why: "Anyone who logs in may call itself as it likes: with the id of another client it throws that one out, and takes the messages that wait for it.",
  avoid: `# mosquitto.conf
listener 8883
certfile /certs/broker.crt
keyfile /certs/broker.key`,
  prefer: `# mosquitto.conf
listener 8883
certfile /certs/broker.crt
keyfile /certs/broker.key
use_username_as_clientid true`,
  allowed:
    "use_username_as_clientid true at each listener with TLS or on a port that is published to others, or the kit's guard.so, which binds each id to its user",
  words: {
    compose: {
      allowed:
        "use_username_as_clientid true at each listener with TLS or on a port that is published to others",
    },
  },
  fix: "write use_username_as_clientid true below the listener, and give each device a user of its own",
  source: "mosquitto.conf(5), use_username_as_clientid; MQTT 3.1.1, 3.1.4",
  enforcedIn: ["production"],
  looksAt: ["file/mosquitto.conf"],
  where: (file, stack) => outer(file, stack).length > 0,
  check: (file, stack) =>
    isGuarded(file)
      ? []
      : outer(file, stack).flatMap(({ port, place, settings }) =>
          settings
            .must("use_username_as_clientid", (value) => ["true", "1"].includes(value))
            .map((evidence) => `listener ${port} (${place}): ${evidence}`),
        ),
});

/** The kit's plugin refuses an id that another user has (images/mosquitto/guard). */
const isGuarded = (file: Resource): boolean =>
  parseOnce(file, parseMosquittoConf).settings.last("plugin")?.value === "/usr/lib/exploreiot/guard.so";

function outer(file: Resource, stack: StackDocument): readonly Listener[] {
  const published = readersOf(file, stack).flatMap(publishedPorts).filter(isOpen).map(internalPort);
  return parseOnce(file, parseMosquittoConf).listeners.filter(
    ({ port, settings }) => settings.last("certfile") !== undefined || published.includes(port),
  );
}

import { basename } from "node:path";
import type { Resource, StackDocument } from "../document.ts";
import { type Evidence, unknown } from "../evidence.ts";
import { filesWith, isFile, runs } from "../facts/deliveries.ts";
import { commandOf } from "../facts/environment.ts";
import { mountAt } from "../facts/mounts.ts";
import { parseOnce } from "../facts/parsed-files.ts";
import { RUNS } from "../facts/services.ts";
import { parseMosquittoConf } from "../files/mosquitto-conf.ts";
import { told } from "../files/settings.ts";
import { definePolicy } from "../policy.ts";

export const listenersAreStated = definePolicy({
  id: "MQT-004",
  severity: "high",
  title: "the broker is given a configuration that states its listeners",
  why: "A broker without a listener binds loopback inside its container: it is up, healthy, and nobody reaches it.",
  avoid: `# mosquitto.conf
port 1883`,
  prefer: `# mosquitto.conf
listener 1883`,
  allowed:
    "a mosquitto.conf that the command names, with a listener that others can reach; no port and bind_address",
  fix: "write `listener PORT` for each port",
  source: "mosquitto.conf(5), listener; mosquitto.org, migrating to 2.0",
  looksAt: ["file/mosquitto.conf", ...RUNS],
  where: (resource, stack) => isFile(resource) || runs("mosquitto")(resource, stack),
  check: (resource, stack) => (isFile(resource) ? listeners(resource) : given(resource, stack)),
});

function listeners(file: Resource): readonly string[] {
  const { settings, listeners } = parseOnce(file, parseMosquittoConf);
  const old = ["port", "bind_address"].flatMap((name) => settings.all(name)).map(told);
  if (listeners.length === 0) return [...old, "no listener is stated"];
  const reachable = listeners.some(({ address }) => !/^(127\.|::1$|localhost$)/.test(address ?? ""));
  return reachable ? old : [...old, "every listener is on loopback"];
}

function given(container: Resource, stack: StackDocument): readonly Evidence[] {
  const files = filesWith(container, "mosquitto.conf", stack);
  if (files.length === 0)
    return [
      mayHaveOne(container)
        ? unknown("its mosquitto.conf is known only at apply")
        : "it is given no mosquitto.conf that is known here",
    ];
  const words = commandOf(container);
  if (words.length === 0) return [];
  const names = files.map(({ block }) => basename(String(block.file)));
  return names.some((name) => words.some((word) => basename(word) === name))
    ? []
    : [`its command does not name ${names.join(", ")}`];
}

/** Something is mounted where the image looks for its configuration, or the command names a file, perhaps of the image. */
const mayHaveOne = (container: Resource): boolean =>
  mountAt("/mosquitto/config/mosquitto.conf", container) !== undefined ||
  commandOf(container).some((word) => word.endsWith(".conf"));

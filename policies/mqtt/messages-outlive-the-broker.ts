import type { Resource } from "../document.ts";
import { readersOf } from "../facts/deliveries.ts";
import { keepsDataAt } from "../facts/mounts.ts";
import { parseOnce } from "../facts/parsed-files.ts";
import { parseMosquittoConf } from "../files/mosquitto-conf.ts";
import type { Setting } from "../files/settings.ts";
import { definePolicy } from "../policy.ts";

export const messagesOutliveTheBroker = definePolicy({
  id: "MQT-009",
  severity: "medium",
  title: "the broker keeps its messages on a volume",
  why: "Retained messages, subscriptions and what waits for clients that are away are gone with the container otherwise.",
  avoid: `# mosquitto.conf
persistence false`,
  prefer: `services:
  broker:
    image: eclipse-mosquitto:2.0
    configs:
      - {source: conf, target: /mosquitto/config/mosquitto.conf}
    volumes: ["data:/mosquitto/data"]
configs:
  conf:
    content: |
      listener 1883
      persistence true
      persistence_location /mosquitto/data/
volumes: {data: {}}`,
  allowed:
    "persistence true, a persistence_location on a named volume that it may write, autosave_interval not 0",
  fix: "write persistence true and mount a volume at persistence_location",
  source: "mosquitto.conf(5), persistence; eclipse-mosquitto image",
  looksAt: ["file/mosquitto.conf"],
  check: (file, stack) => {
    const { settings } = parseOnce(file, parseMosquittoConf);
    const location = settings.last("persistence_location");
    return [
      ...settings.must("persistence", (value) => ["true", "1"].includes(value)),
      ...settings.may("autosave_interval", (value) => value !== "0"),
      ...(location === undefined
        ? ["persistence_location is not set"]
        : readersOf(file, stack).flatMap((reader) => problem(location, reader))),
    ];
  },
});

function problem({ value, place }: Setting, reader: Resource): readonly string[] {
  return keepsDataAt(value.replace(/(.)\/$/, "$1"), reader)
    ? []
    : [`persistence_location ${value} is on no volume that ${reader.path} may write (${place})`];
}

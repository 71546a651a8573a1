import type { Resource } from "../document.ts";
import { readersOf } from "../facts/deliveries.ts";
import { byExposure } from "../facts/exposure.ts";
import { parseOnce } from "../facts/parsed-files.ts";
import { parseMosquittoConf } from "../files/mosquitto-conf.ts";
import { told } from "../files/settings.ts";
import { definePolicy } from "../policy.ts";

export const anonymousClientsAreRefused = definePolicy({
  id: "MQT-001",
  severity: "critical",
  title: "the broker refuses clients without a name and a password",
  why: "Anyone who reaches an open broker reads every sensor and commands every device.",
  avoid: `# mosquitto.conf
listener 1883
allow_anonymous true`,
  prefer: `# mosquitto.conf
listener 1883
allow_anonymous false
password_file /mosquitto/config/passwd`,
  allowed: "allow_anonymous false, and nothing that says otherwise for a listener",
  fix: "write allow_anonymous false into mosquitto.conf",
  source: "mosquitto.conf(5), allow_anonymous and listener_allow_anonymous",
  looksAt: ["file/mosquitto.conf"],
  check: (file, stack) => byExposure(readersOf(file, stack), "medium", letIn(file)),
});

function letIn(file: Resource): readonly string[] {
  const { settings, listeners } = parseOnce(file, parseMosquittoConf);
  const stated = ["allow_anonymous", "listener_allow_anonymous"].flatMap((name) => settings.all(name));
  const open = stated.filter(({ value }) => !["false", "0"].includes(value)).map(told);
  const perListener = ["true", "1"].includes(settings.last("per_listener_settings")?.value ?? "");
  const silent = listeners.filter(
    ({ settings: own }) =>
      own.last("allow_anonymous") === undefined && own.last("listener_allow_anonymous") === undefined,
  );
  if (perListener)
    return [...open, ...silent.map(({ port }) => `allow_anonymous is not set for listener ${port}`)];
  return settings.last("allow_anonymous") === undefined ? [...open, "allow_anonymous is not set"] : open;
}

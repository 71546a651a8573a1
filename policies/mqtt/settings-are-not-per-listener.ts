import { readersOf } from "../facts/deliveries.ts";
import { imageVersion } from "../facts/image-versions.ts";
import { parseOnce } from "../facts/parsed-files.ts";
import { parseMosquittoConf } from "../files/mosquitto-conf.ts";
import { told } from "../files/settings.ts";
import { definePolicy } from "../policy.ts";

export const settingsAreNotPerListener = definePolicy({
  id: "MQT-016",
  severity: "medium",
  title: "per_listener_settings is not used, or by a broker before 2.1 that repeats everything",
  why: "From 2.1 the setting is deprecated, before it a listener that does not repeat its passwords and its list has none.",
  avoid: `# mosquitto.conf
listener 1883
per_listener_settings true
allow_anonymous false`,
  prefer: `# mosquitto.conf
allow_anonymous false
listener 1883`,
  allowed:
    "no per_listener_settings; before 2.1 as the first setting, with credentials and a list for each listener",
  fix: "remove per_listener_settings; from 2.1 listener_allow_anonymous and its kin are for one listener",
  source: "mosquitto.org, 2.1 release notes and per-listener settings",
  looksAt: ["file/mosquitto.conf"],
  check: (file, stack) => {
    const { settings, listeners } = parseOnce(file, parseMosquittoConf);
    const stated = settings.last("per_listener_settings");
    if (stated === undefined || ["false", "0"].includes(stated.value)) return [];
    const versions = readersOf(file, stack).map((reader) => imageVersion(reader, stack));
    const isOld = (version: (typeof versions)[number]) =>
      "major" in version && (version.major < 2 || (version.major === 2 && version.minor < 1));
    if (versions.length === 0 || !versions.every(isOld))
      return [`${told(stated)}, and the broker is not known to be older than 2.1`];
    return [
      ...(settings.list[0] === stated ? [] : [`${told(stated)} is not the first setting`]),
      ...listeners.flatMap(({ port, settings: own }) =>
        ["allow_anonymous", "password_file", "acl_file"]
          .filter((name) => own.last(name) === undefined)
          .map((name) => `listener ${port} does not repeat ${name}`),
      ),
    ];
  },
});

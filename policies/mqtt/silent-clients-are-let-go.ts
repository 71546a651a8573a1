import { parseOnce } from "../facts/parsed-files.ts";
import { parseMosquittoConf } from "../files/mosquitto-conf.ts";
import { isPositive } from "../files/settings.ts";
import { definePolicy } from "../policy.ts";

export const silentClientsAreLetGo = definePolicy({
  id: "MQT-011",
  severity: "low",
  title: "the broker bounds how long a client may be silent",
  why: "A client that may be silent for ever holds its connection, and its last will is never sent.",
  avoid: `# mosquitto.conf
listener 1883`,
  prefer: `# mosquitto.conf
max_keepalive 300
listener 1883`,
  allowed: "max_keepalive from 1 to 65535 seconds",
  fix: "write max_keepalive into mosquitto.conf",
  source: "mosquitto.conf(5), max_keepalive: 0 lets clients stay silent for ever",
  looksAt: ["file/mosquitto.conf"],
  check: (file) =>
    parseOnce(file, parseMosquittoConf).settings.must(
      "max_keepalive",
      (value) => isPositive(value) && Number(value) <= 65_535,
    ),
});

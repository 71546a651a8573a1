import { parseOnce } from "../facts/parsed-files.ts";
import { parseMosquittoConf } from "../files/mosquitto-conf.ts";
import { definePolicy } from "../policy.ts";

export const absentClientsAreForgotten = definePolicy({
  id: "MQT-012",
  severity: "low",
  title: "the broker forgets clients that stay away",
  why: "Sessions of clients that never come back fill the disk and the memory of the broker.",
  avoid: `# mosquitto.conf
listener 1883`,
  prefer: `# mosquitto.conf
persistent_client_expiration 7d
listener 1883`,
  allowed: "persistent_client_expiration with a number of hours, days, weeks, months or years, such as 7d",
  fix: "write persistent_client_expiration into mosquitto.conf",
  source: "mosquitto.conf(5), persistent_client_expiration",
  looksAt: ["file/mosquitto.conf"],
  check: (file) =>
    parseOnce(file, parseMosquittoConf).settings.must("persistent_client_expiration", (value) =>
      /^[1-9]\d*[hdwmy]$/.test(value),
    ),
});

import { parseOnce } from "../facts/parsed-files.ts";
import { parseMosquittoConf } from "../files/mosquitto-conf.ts";
import { definePolicy } from "../policy.ts";

/**
 * Sessions of clients that never come back fill the disk and the memory of the broker.
 */
export const absentClientsAreForgotten = definePolicy({
  id: "MQT-012",
  severity: "low",
  title: "the broker forgets clients that stay away",
  allowed: "persistent_client_expiration with a number of hours, days, weeks, months or years, such as 7d",
  fix: "write persistent_client_expiration into mosquitto.conf",
  source: "mosquitto.conf(5), persistent_client_expiration",
  looksAt: ["file/mosquitto.conf"],
  check: (file) =>
    parseOnce(file, parseMosquittoConf).settings.must("persistent_client_expiration", (value) =>
      /^[1-9]\d*[hdwmy]$/.test(value),
    ),
});

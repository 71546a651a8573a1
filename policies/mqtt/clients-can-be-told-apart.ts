import { parseOnce } from "../facts/parsed-files.ts";
import { parseMosquittoConf } from "../files/mosquitto-conf.ts";
import { definePolicy } from "../policy.ts";

export const clientsCanBeToldApart = definePolicy({
  id: "MQT-013",
  severity: "low",
  title: "clients without an id are refused, or named so that the log shows it",
  why: "A client without an id gets a name from the broker; without a prefix the log cannot tell it from a device.",
  avoid: `# mosquitto.conf
allow_zero_length_clientid true`,
  prefer: `# mosquitto.conf
allow_zero_length_clientid false`,
  allowed: "allow_zero_length_clientid false, or auto_id_prefix",
  fix: "write auto_id_prefix into mosquitto.conf",
  source: "mosquitto.conf(5), allow_zero_length_clientid and auto_id_prefix",
  looksAt: ["file/mosquitto.conf"],
  check: (file) => {
    const { settings } = parseOnce(file, parseMosquittoConf);
    const refused = ["false", "0"].includes(settings.last("allow_zero_length_clientid")?.value ?? "");
    return refused || settings.last("auto_id_prefix") !== undefined
      ? []
      : ["allow_zero_length_clientid is not false, and auto_id_prefix is not set"];
  },
});

import { parseOnce } from "../facts/parsed-files.ts";
import { parseMosquittoConf } from "../files/mosquitto-conf.ts";
import { isPositive, told } from "../files/settings.ts";
import { definePolicy } from "../policy.ts";

/** What MQTT itself allows: 256 MiB less the header. */
const PROTOCOL_MAXIMUM = 268_435_455;

export const messagesAreBounded = definePolicy({
  id: "MQT-008",
  severity: "low",
  title: "the broker bounds the size of a message",
  why: "A message may have 256 MB, which a broker holds in memory for every subscriber that is slow.",
  avoid: `# mosquitto.conf
listener 1883`,
  prefer: `# mosquitto.conf
max_packet_size 65536
listener 1883`,
  allowed: "max_packet_size or message_size_limit, below the 268435455 bytes of the protocol",
  fix: "write max_packet_size with what the largest reading needs",
  source: "mosquitto.conf(5), max_packet_size and message_size_limit",
  looksAt: ["file/mosquitto.conf"],
  check: (file) => {
    const { settings } = parseOnce(file, parseMosquittoConf);
    const stated = ["max_packet_size", "message_size_limit"].flatMap((name) => settings.last(name) ?? []);
    if (stated.length === 0) return ["neither max_packet_size nor message_size_limit is set"];
    return stated.filter(({ value }) => !isPositive(value) || Number(value) >= PROTOCOL_MAXIMUM).map(told);
  },
});

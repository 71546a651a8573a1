import { parseOnce } from "../facts/parsed-files.ts";
import { parseMosquittoConf } from "../files/mosquitto-conf.ts";
import { isPositive } from "../files/settings.ts";
import { definePolicy } from "../policy.ts";

export const queuesAreBounded = definePolicy({
  id: "MQT-010",
  severity: "low",
  title: "the messages that wait for a client are bounded",
  why: "A client that stays away has its messages kept in memory; 0 stands for all of them.",
  avoid: `# mosquitto.conf
max_queued_messages 0`,
  prefer: `# mosquitto.conf
max_queued_messages 1000
max_queued_bytes 8388608
max_inflight_messages 20`,
  allowed: "max_queued_messages, max_queued_bytes and max_inflight_messages, each 1 or more",
  fix: "write the three bounds into mosquitto.conf",
  source: "mosquitto.conf(5), max_queued_messages: 0 is not recommended",
  looksAt: ["file/mosquitto.conf"],
  check: (file) => {
    const { settings } = parseOnce(file, parseMosquittoConf);
    return ["max_queued_messages", "max_queued_bytes", "max_inflight_messages"].flatMap((name) =>
      settings.must(name, isPositive),
    );
  },
});

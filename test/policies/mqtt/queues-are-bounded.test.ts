import { queuesAreBounded } from "../../../policies/mqtt/queues-are-bounded.ts";
import { judges } from "../judging.ts";
import { alone } from "../servers.ts";

const conf = (...lines: string[]) => alone("mosquitto.conf", lines);

judges(queuesAreBounded, "MQT-010", {
  rejects: [
    {
      name: "queues without an end",
      given: conf("max_queued_messages 0", "max_inflight_messages 0"),
      evidence: [
        'max_queued_messages is "0" (mosquitto.conf line 1)',
        "max_queued_bytes is not set",
        'max_inflight_messages is "0" (mosquitto.conf line 2)',
      ],
    },
  ],
  accepts: [
    {
      name: "three bounds",
      given: conf("max_queued_messages 5", "max_queued_bytes 5", "max_inflight_messages 20"),
    },
  ],
});

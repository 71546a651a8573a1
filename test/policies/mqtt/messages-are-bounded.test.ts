import { messagesAreBounded } from "../../../policies/mqtt/messages-are-bounded.ts";
import { judges } from "../judging.ts";
import { alone } from "../servers.ts";

const conf = (...lines: string[]) => alone("mosquitto.conf", lines);

judges(messagesAreBounded, "MQT-008", {
  rejects: [
    {
      name: "no bound",
      given: conf("listener 1"),
      evidence: ["neither max_packet_size nor message_size_limit is set"],
    },
    {
      name: "bounds that are none",
      given: conf("max_packet_size 268435455", "message_size_limit 0"),
      evidence: [
        'max_packet_size is "268435455" (mosquitto.conf line 1)',
        'message_size_limit is "0" (mosquitto.conf line 2)',
      ],
    },
  ],
  accepts: [
    { name: "a bound on packets", given: conf("max_packet_size 65536") },
    { name: "a bound on messages", given: conf("message_size_limit 65536") },
  ],
});

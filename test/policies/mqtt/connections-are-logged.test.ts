import { connectionsAreLogged } from "../../../policies/mqtt/connections-are-logged.ts";
import { judges } from "../judging.ts";
import { alone } from "../servers.ts";

const conf = (...lines: string[]) => alone("mosquitto.conf", lines);
const TYPES = ["log_type error", "log_type warning", "log_type notice"];

judges(connectionsAreLogged, "MQT-018", {
  rejects: [
    { name: "no place for it", given: conf(...TYPES), evidence: ["log_dest is not set"] },
    {
      name: "a file, no connections, everything",
      given: conf("log_dest file /l", "connection_messages false", "log_type all"),
      evidence: [
        'log_dest is "file /l" (mosquitto.conf line 1)',
        'connection_messages is "false" (mosquitto.conf line 2)',
        'log_type is "all" (mosquitto.conf line 3)',
      ],
    },
    {
      name: "errors alone",
      given: conf("log_dest stderr", "log_type error"),
      evidence: ["log_type warning is not set", "log_type notice is not set"],
    },
  ],
  accepts: [
    { name: "the three", given: conf("log_dest stdout", ...TYPES) },
    { name: "the broker's own choice", given: conf("log_dest stderr", "connection_messages true") },
  ],
});

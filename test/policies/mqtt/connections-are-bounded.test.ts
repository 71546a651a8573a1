import { connectionsAreBounded } from "../../../policies/mqtt/connections-are-bounded.ts";
import { judges } from "../judging.ts";
import { alone } from "../servers.ts";

const conf = (...lines: string[]) => alone("mosquitto.conf", lines);

judges(connectionsAreBounded, "MQT-007", {
  rejects: [
    {
      name: "a bound above the listeners, where it is for none of them",
      given: conf("max_connections 10", "listener 1883", "listener 8883", "max_connections -1"),
      evidence: [
        "listener 1883: max_connections is not set",
        'listener 8883: max_connections is "-1" (mosquitto.conf line 4)',
      ],
    },
    {
      name: "a global bound of nothing",
      given: conf("global_max_connections 0", "listener 1883"),
      evidence: ["listener 1883: max_connections is not set"],
    },
  ],
  accepts: [
    { name: "a bound for each listener", given: conf("listener 1883", "max_connections 10") },
    { name: "a bound for all", given: conf("listener 1883", "global_max_connections 10") },
  ],
});

import { silentClientsAreLetGo } from "../../../policies/mqtt/silent-clients-are-let-go.ts";
import { judges } from "../judging.ts";
import { alone } from "../servers.ts";

const conf = (...lines: string[]) => alone("mosquitto.conf", lines);

judges(silentClientsAreLetGo, "MQT-011", {
  rejects: [
    { name: "no bound", given: conf("listener 1"), evidence: ["max_keepalive is not set"] },
    {
      name: "clients that may be silent for ever",
      given: conf("max_keepalive 0"),
      evidence: ['max_keepalive is "0" (mosquitto.conf line 1)'],
    },
  ],
  accepts: [{ name: "five minutes", given: conf("max_keepalive 300") }],
});

import { absentClientsAreForgotten } from "../../../policies/mqtt/absent-clients-are-forgotten.ts";
import { judges } from "../judging.ts";
import { alone } from "../servers.ts";

const conf = (...lines: string[]) => alone("mosquitto.conf", lines);

judges(absentClientsAreForgotten, "MQT-012", {
  rejects: [
    {
      name: "sessions for ever",
      given: conf("listener 1"),
      evidence: ["persistent_client_expiration is not set"],
    },
    {
      name: "no time at all",
      given: conf("persistent_client_expiration 0d"),
      evidence: ['persistent_client_expiration is "0d" (mosquitto.conf line 1)'],
    },
  ],
  accepts: [{ name: "a week", given: conf("persistent_client_expiration 7d") }],
});

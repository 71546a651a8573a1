import { anonymousClientsAreRefused } from "../../../policies/mqtt/anonymous-clients-are-refused.ts";
import { judges } from "../judging.ts";
import { alone } from "../servers.ts";

const conf = (...lines: string[]) => alone("mosquitto.conf", lines);

judges(anonymousClientsAreRefused, "MQT-001", {
  rejects: [
    {
      name: "a broker that lets everybody in",
      given: conf("listener 1883", "allow_anonymous true"),
      evidence: ['allow_anonymous is "true" (mosquitto.conf line 2)'],
    },
    { name: "silence", given: conf("listener 1883"), evidence: ["allow_anonymous is not set"] },
    {
      name: "a line that takes back what another said",
      given: conf("allow_anonymous false", "allow_anonymous true", "allow_anonymous false"),
      evidence: ['allow_anonymous is "true" (mosquitto.conf line 2)'],
    },
    {
      name: "a listener that lets everybody in",
      given: conf("allow_anonymous false", "listener 1883", "listener_allow_anonymous true"),
      evidence: ['listener_allow_anonymous is "true" (mosquitto.conf line 3)'],
    },
    {
      name: "a listener that does not say so for itself",
      given: conf("per_listener_settings true", "listener 1", "allow_anonymous false", "listener 2"),
      evidence: ["allow_anonymous is not set for listener 2"],
    },
    {
      name: "a file whose text is not here",
      given: { file: "/etc/mosquitto.conf" },
      evidence: ["cannot be judged: mosquitto.conf: its text is not known here"],
    },
  ],
  accepts: [
    {
      name: "a broker that says so once",
      given: conf("# allow_anonymous true", "allow_anonymous false # never"),
    },
    {
      name: "listeners that each say so",
      given: conf("per_listener_settings true", "listener 1", "allow_anonymous false"),
    },
  ],
});

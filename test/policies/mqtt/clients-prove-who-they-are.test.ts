import { clientsProveWhoTheyAre } from "../../../policies/mqtt/clients-prove-who-they-are.ts";
import { judges } from "../judging.ts";
import { broker, file } from "../servers.ts";

const conf = (...lines: string[]) => file("mosquitto.conf", lines);
const IDENTITY = ["require_certificate true", "use_identity_as_username true"];

judges(clientsProveWhoTheyAre, "MQT-002", {
  rejects: [
    {
      name: "no credentials and no listener",
      given: conf("allow_anonymous false"),
      evidence: ["no credentials are named"],
    },
    {
      name: "a listener without credentials next to one with certificates",
      given: conf("listener 8883", ...IDENTITY, "listener 1883", "require_certificate true"),
      evidence: ["listener 1883 has no credentials to compare with (mosquitto.conf line 4)"],
    },
    {
      name: "a password file that the broker is not given",
      given: conf("listener 1883", "password_file /etc/other/passwords"),
      around: broker(),
      evidence: ["password_file /etc/other/passwords is not given to the broker (mosquitto.conf line 2)"],
    },
  ],
  accepts: [
    {
      name: "a password file that the broker is given",
      given: conf("listener 1883", "password_file /etc/server/passwords"),
      around: broker(),
    },
    { name: "certificates on each listener", given: conf("listener 8883", ...IDENTITY) },
    { name: "a plugin", given: conf("listener 1883", "plugin /usr/lib/mosquitto_dynamic_security.so") },
  ],
});

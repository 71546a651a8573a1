import { settingsAreNotPerListener } from "../../../policies/mqtt/settings-are-not-per-listener.ts";
import { judges } from "../judging.ts";
import { alone, broker, file } from "../servers.ts";

const conf = (...lines: string[]) => file("mosquitto.conf", lines);
const ALL = ["allow_anonymous false", "password_file /p", "acl_file /a"];

judges(settingsAreNotPerListener, "MQT-016", {
  rejects: [
    {
      name: "a broker of 2.1, where it is deprecated",
      given: conf("per_listener_settings true", "listener 1", ...ALL),
      around: broker({ image: "eclipse-mosquitto:2.1.2" }),
      evidence: [
        'per_listener_settings is "true" (mosquitto.conf line 1), and the broker is not known to be older than 2.1',
      ],
    },
    {
      name: "a broker that nobody knows",
      given: alone("mosquitto.conf", ["per_listener_settings true"]),
      evidence: [
        'per_listener_settings is "true" (mosquitto.conf line 1), and the broker is not known to be older than 2.1',
      ],
    },
    {
      name: "an older broker with a late line and a listener that repeats nothing",
      given: conf("listener 1", ...ALL, "listener 2", "allow_anonymous false", "per_listener_settings true"),
      around: broker(),
      evidence: [
        'per_listener_settings is "true" (mosquitto.conf line 7) is not the first setting',
        "listener 2 does not repeat password_file",
        "listener 2 does not repeat acl_file",
      ],
    },
  ],
  accepts: [
    { name: "settings for all", given: conf("listener 1", "per_listener_settings false") },
    {
      name: "an older broker that repeats everything",
      given: conf("per_listener_settings true", "listener 1", ...ALL),
      around: broker(),
    },
  ],
});

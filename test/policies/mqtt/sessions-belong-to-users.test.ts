import { sessionsBelongToUsers } from "../../../policies/mqtt/sessions-belong-to-users.ts";
import { judges } from "../judging.ts";
import { alone, broker, file } from "../servers.ts";

const conf = (...lines: string[]) => file("mosquitto.conf", lines);
const published = broker({ ports: { internal: 1883, external: 1883, ip: "0.0.0.0" } });

judges(sessionsBelongToUsers, "MQT-022", {
  rejects: [
    {
      name: "any name over TLS",
      given: alone("mosquitto.conf", ["listener 8883", "certfile /certs/a.crt"]),
      evidence: ["listener 8883 (mosquitto.conf line 1): use_username_as_clientid is not set"],
    },
    {
      name: "any name next to another plugin",
      given: conf("listener 1883", "plugin /usr/lib/other/guard.so"),
      around: published,
      evidence: ["listener 1883 (mosquitto.conf line 1): use_username_as_clientid is not set"],
    },
    {
      name: "any name from outside",
      given: conf("listener 1883", "use_username_as_clientid false", "listener 1884"),
      around: published,
      evidence: [
        'listener 1883 (mosquitto.conf line 1): use_username_as_clientid is "false" (mosquitto.conf line 2)',
      ],
    },
  ],
  accepts: [
    {
      name: "the kit's guard",
      given: conf("listener 1883", "plugin /usr/lib/exploreiot/guard.so"),
      around: published,
    },
    {
      name: "the user's name",
      given: conf("listener 1883", "use_username_as_clientid true"),
      around: published,
    },
    { name: "a listener that is inside", given: conf("listener 1883"), around: broker(), examined: 0 },
  ],
});

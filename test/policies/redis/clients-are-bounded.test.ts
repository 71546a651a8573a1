import { clientsAreBounded } from "../../../policies/redis/clients-are-bounded.ts";
import { judges } from "../judging.ts";
import { redis } from "../servers.ts";

judges(clientsAreBounded, "RDS-006", {
  rejects: [
    {
      name: "silence",
      given: redis([]),
      evidence: ["maxclients is not set", "tcp-keepalive is not set", "timeout is not set"],
    },
    {
      name: "no bounds",
      given: redis(["maxclients 0", "tcp-keepalive 0", "timeout never"]),
      evidence: [
        'maxclients is "0" (redis.conf line 2)',
        'tcp-keepalive is "0" (redis.conf line 3)',
        'timeout is "never" (redis.conf line 4)',
      ],
    },
  ],
  accepts: [
    {
      name: "bounds, and idle clients that are wanted",
      given: redis(["maxclients 1000", "tcp-keepalive 60", "timeout 0"]),
    },
  ],
});

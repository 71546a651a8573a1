import { slowClientsAreBounded } from "../../../policies/redis/slow-clients-are-bounded.ts";
import { judges } from "../judging.ts";
import { redis } from "../servers.ts";

judges(slowClientsAreBounded, "RDS-012", {
  rejects: [
    {
      name: "silence",
      given: redis([]),
      evidence: ["maxmemory-clients is not set", "client-output-buffer-limit normal is not set"],
    },
    {
      name: "no bounds, the last of which count",
      given: redis([
        "maxmemory-clients 0",
        "client-output-buffer-limit normal 16mb 8mb 30",
        "client-output-buffer-limit normal 0 0 0 pubsub 0 0 0",
      ]),
      evidence: [
        'maxmemory-clients is "0" (redis.conf line 2)',
        "client-output-buffer-limit normal is 0",
        "client-output-buffer-limit pubsub is 0",
      ],
    },
  ],
  accepts: [
    {
      name: "bounds",
      given: redis(["maxmemory-clients 25%", "client-output-buffer-limit normal 16mb 8mb 30"]),
    },
  ],
});

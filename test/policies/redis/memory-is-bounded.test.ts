import { memoryIsBounded } from "../../../policies/redis/memory-is-bounded.ts";
import { judges } from "../judging.ts";
import { alone, redis } from "../servers.ts";

const KEEP_ALL = "maxmemory-policy noeviction";

judges(memoryIsBounded, "RDS-005", {
  rejects: [
    { name: "silence", given: redis([]), evidence: ["maxmemory is not set", "maxmemory-policy is not set"] },
    {
      name: "no bound, and a policy that is none",
      given: redis(["maxmemory 0", "maxmemory-policy any"]),
      evidence: ['maxmemory is "0" (redis.conf line 2)', 'maxmemory-policy is "any" (redis.conf line 3)'],
    },
    {
      name: "as much as the container has",
      given: redis(["maxmemory 256mb", KEEP_ALL]),
      evidence: ['maxmemory is "256mb" (redis.conf line 2), the container has 256 MiB'],
    },
    {
      name: "more than a service has",
      type: "docker_service",
      given: {
        task_spec: {
          container_spec: {
            image: "redis:7",
            args: ["--maxmemory", "1g", "--maxmemory-policy", "allkeys-lru"],
          },
          resources: { limits: { memory_bytes: 536870912 } },
        },
      },
      evidence: ['maxmemory is "1g" (the command), the container has 512 MiB'],
    },
  ],
  accepts: [
    { name: "three quarters", given: redis(["maxmemory 192mb", KEEP_ALL]) },
    {
      name: "a file alone",
      type: "file/redis.conf",
      given: alone("redis.conf", ["maxmemory 1gb", KEEP_ALL]),
    },
  ],
});

import { isServer } from "../facts/deliveries.ts";
import { REDIS, redisSettings } from "../facts/redis.ts";
import { definePolicy } from "../policy.ts";

export const protectedModeIsOn = definePolicy({
  id: "RDS-003",
  severity: "low",
  title: "the protected mode of Redis is on",
  why: "The last line of defence when the ACL is lost: without a password only loopback is answered.",
  avoid: `image: redis:7.4
command: redis-server --protected-mode no`,
  prefer: `image: redis:7.4
command: redis-server --protected-mode yes`,
  allowed: "protected-mode yes",
  fix: "write protected-mode yes into redis.conf: the official image turns it off",
  source: "redis.conf, protected-mode",
  looksAt: REDIS,
  where: isServer("redis"),
  check: (resource, stack) =>
    redisSettings(resource, stack).must("protected-mode", (value) => value.toLowerCase() === "yes"),
});

import { isServer } from "../facts/deliveries.ts";
import { REDIS, redisSettings } from "../facts/redis.ts";
import { isPositive } from "../files/settings.ts";
import { definePolicy } from "../policy.ts";

export const clientsAreBounded = definePolicy({
  id: "RDS-006",
  severity: "low",
  title: "Redis bounds its clients and notices those that are gone",
  why: "Ten thousand clients by default, and those whose machine is gone count for hours.",
  avoid: `image: redis:7.4
command: redis-server --maxclients 0`,
  prefer: `image: redis:7.4
command: redis-server --maxclients 500 --tcp-keepalive 60 --timeout 0`,
  allowed: "maxclients and tcp-keepalive of 1 or more; timeout stated, 0 where idle clients are wanted",
  fix: "write maxclients, tcp-keepalive and timeout into redis.conf",
  source: "redis.conf, maxclients, tcp-keepalive and timeout",
  looksAt: REDIS,
  where: isServer("redis"),
  check: (resource, stack) => {
    const settings = redisSettings(resource, stack);
    return [
      ...settings.must("maxclients", isPositive),
      ...settings.must("tcp-keepalive", isPositive),
      ...settings.must("timeout", (value) => /^\d+$/.test(value)),
    ];
  },
});

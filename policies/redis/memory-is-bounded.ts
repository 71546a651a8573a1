import type { Resource } from "../document.ts";
import { isFile, isServer } from "../facts/deliveries.ts";
import { REDIS, redisSettings } from "../facts/redis.ts";
import { taskSpec } from "../facts/services.ts";
import { redisBytes } from "../files/redis-conf.ts";
import { told } from "../files/settings.ts";
import { definePolicy } from "../policy.ts";
import { asNumber, blocks } from "../values.ts";

const MIB = 1024 * 1024;
const POLICY = /^(noeviction|(allkeys|volatile)-(lru|lfu|random|lrm)|volatile-ttl)$/;

export const memoryIsBounded = definePolicy({
  id: "RDS-005",
  severity: "low",
  title: "Redis bounds its data below the memory of its container and says what goes when it is full",
  why: "Redis grows until the kernel kills it, and comes back to the same data.",
  avoid: `image: redis:7.4
mem_limit: 256m
command: redis-server --maxmemory 0`,
  prefer: `image: redis:7.4
mem_limit: 256m
command: redis-server --maxmemory 192mb --maxmemory-policy allkeys-lru`,
  allowed: "maxmemory above 0 and below the container's memory; maxmemory-policy",
  fix: "set maxmemory to three quarters of the container's memory",
  source: "redis.conf, maxmemory and maxmemory-policy",
  looksAt: REDIS,
  where: isServer("redis"),
  check: (resource, stack) => {
    const settings = redisSettings(resource, stack);
    const stated = settings.last("maxmemory");
    const limit = limitOf(resource);
    const isOver = limit > 0 && redisBytes(stated?.value ?? "") >= limit;
    return [
      ...settings.must("maxmemory", (value) => redisBytes(value) > 0),
      ...(isOver && stated !== undefined
        ? [`${told(stated)}, the container has ${Math.floor(limit / MIB)} MiB`]
        : []),
      ...settings.must("maxmemory-policy", (value) => POLICY.test(value)),
    ];
  },
});

/** Bytes; NaN where none is stated, which other rules see. */
function limitOf(resource: Resource): number {
  if (isFile(resource)) return Number.NaN;
  if (resource.type === "docker_container") return asNumber(resource.block.memory) * MIB;
  const limits = blocks(taskSpec(resource.block), "resources").flatMap((entry) => blocks(entry, "limits"));
  return asNumber(limits[0]?.memory_bytes);
}

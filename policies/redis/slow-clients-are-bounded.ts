import { isServer } from "../facts/deliveries.ts";
import { REDIS, redisSettings } from "../facts/redis.ts";
import type { Settings } from "../files/settings.ts";
import { definePolicy } from "../policy.ts";

export const slowClientsAreBounded = definePolicy({
  id: "RDS-012",
  severity: "low",
  title: "clients of Redis that do not read cannot fill its memory",
  why: "Replies that clients do not read wait in the memory of Redis, outside maxmemory's data: by default without a limit.",
  avoid: `image: redis:7.4
command: redis-server --maxmemory-clients 0`,
  prefer: `image: redis:7.4
command: redis-server --maxmemory-clients 25% --client-output-buffer-limit "normal 16mb 8mb 30"`,
  allowed:
    "maxmemory-clients above 0, and client-output-buffer-limit with a hard limit above 0 for normal clients; for pubsub and replica none of 0",
  fix: "write maxmemory-clients 25% and client-output-buffer-limit normal 16mb 8mb 30 into redis.conf",
  source: "redis.conf 7.0, maxmemory-clients and client-output-buffer-limit",
  enforcedIn: ["production"],
  looksAt: REDIS,
  where: isServer("redis"),
  check: (resource, stack) => {
    const settings = redisSettings(resource, stack);
    const limits = hardLimits(settings);
    return [
      ...settings.must("maxmemory-clients", isNotZero),
      ...(limits.has("normal") ? [] : ["client-output-buffer-limit normal is not set"]),
      ...[...limits]
        .filter(([, limit]) => !isNotZero(limit))
        .map(([name, limit]) => `client-output-buffer-limit ${name} is ${limit}`),
    ];
  },
});

const isNotZero = (value: string) => Number.parseFloat(value) > 0;

/** The last hard limit of each class; one line may name several, four words each. */
function hardLimits(settings: Settings): ReadonlyMap<string, string> {
  const limits = new Map<string, string>();
  for (const { value } of settings.all("client-output-buffer-limit")) {
    const words = value.split(/\s+/);
    for (let at = 0; at < words.length; at += 4) limits.set(words[at] ?? "", words[at + 1] ?? "");
  }
  return limits;
}

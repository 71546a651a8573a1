import { z } from "zod";
import { text } from "../../core/formats.ts";
import { enabled, limits, timing } from "../../site/fields.ts";
import { defineService } from "../definition.ts";
import { outside } from "../outside.ts";
import { LEAST_REDIS_MIB } from "./memory.ts";

export const REDIS_PORT = 6379;

/** The rights of a user that has all keys and channels of a prefix, as an ACL file says them; no administration. */
export const ownKeys = (prefix: string) => `~${prefix}* &${prefix}* +@all -@admin -@dangerous`;

/** What Redis measures of itself: no keys, no channels. */
export const INFO_ALONE = "+info";

/** Short-lived state, and messages between the programs of an application. */
export const redis = defineService({
  name: "redis",
  speaks: "Redis",
  settings: z
    .strictObject({
      enabled,
      limits: limits(64, 0.5, 32, LEAST_REDIS_MIB),
      health: timing,
      memoryPolicy: z
        .enum(["noeviction", "allkeys-lru", "allkeys-lfu", "volatile-lru", "volatile-lfu", "volatile-ttl"])
        .default("noeviction")
        .describe("the rule for the time when its memory is full; noeviction: writing is refused"),
      keyPrefix: text(/^[a-z0-9-]*:?$/, 'lower-case letters, digits and dashes, then ":"')
        .default("exploreiot:")
        .describe("the application's user reaches these keys and channels only; empty = all"),
      outside: outside(REDIS_PORT, {}),
    })
    .prefault({})
    .describe("Redis: short-lived state, and messages between the programs of an application"),
  isServed: ({ enabled }) => enabled,
  whereOutside: ["enabled", "keyPrefix", "outside"],
  trust: {
    file: "redis-ca.crt",
    environment: (path) => ({ REDIS_TLS: "true", REDIS_CA_CERTS: path }),
    clearText: { rule: "TLS-011", variable: "REDIS_HOST" },
  },
  references: ({ outside }) => ({
    host: outside?.host ?? "redis",
    port: String(outside?.port ?? REDIS_PORT),
    scheme: outside?.tls === undefined ? "redis" : "rediss",
  }),
  login: (_, { name, application, rights }) =>
    rights.redis === undefined
      ? undefined
      : {
          user: name === application ? name : `${application}-${name}`,
          secret: `role-${name}-redis-password`,
        },
});

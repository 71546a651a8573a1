import { isServer } from "../facts/deliveries.ts";
import { REDIS, redisUsers } from "../facts/redis.ts";
import { definePolicy } from "../policy.ts";

/**
 * Who reads a hash of 256 random bits has nothing; who reads a password has the user.
 */
export const passwordsAreHashed = definePolicy({
  id: "RDS-011",
  severity: "low",
  title: "the ACL of Redis holds hashes of passwords",
  allowed: "#HASH, the SHA-256 of a password in hexadecimal",
  fix: "replace each >PASSWORD by # and its SHA-256",
  source: "Redis documentation, ACL SETUSER",
  looksAt: REDIS,
  where: isServer("redis"),
  check: (resource, stack) =>
    redisUsers(resource, stack)
      .filter(({ clear }) => clear)
      .map(({ name, place }) => `the user ${name} has a password in clear (${place})`),
});

import { isServer } from "../facts/deliveries.ts";
import { REDIS, redisUsers } from "../facts/redis.ts";
import { definePolicy } from "../policy.ts";

export const passwordsAreHashed = definePolicy({
  id: "RDS-011",
  severity: "low",
  title: "the ACL of Redis holds hashes of passwords",
  why: "A person who reads a hash of 256 random bits has nothing; a person who reads a password has the user.",
  avoid: `# redis.conf
user default off
user app on >tr0ub4dor-9x ~app:* &app:* +@all -@dangerous`,
  prefer: `# redis.conf
user default off
user app on #2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae ~app:* &app:* +@all -@dangerous`,
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

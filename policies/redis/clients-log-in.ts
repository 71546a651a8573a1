import { isServer, serversOf } from "../facts/deliveries.ts";
import { byExposure } from "../facts/exposure.ts";
import { REDIS, redisUsers } from "../facts/redis.ts";
import { definePolicy } from "../policy.ts";

export const clientsLogIn = definePolicy({
  id: "RDS-001",
  severity: "critical",
  title: "nobody uses Redis without a password",
  why: "The official image turns the protected mode off, so a Redis without a password is open to all its networks.",
  avoid: `image: redis:7.4
command: redis-server --appendonly yes`,
  prefer: `services:
  redis:
    image: redis:7.4
    command: redis-server /etc/redis/redis.conf
    configs: [{source: conf, target: /etc/redis/redis.conf}]
configs:
  conf:
    content: |
      user default off
      user app on #2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae ~app:* &app:* +@all -@dangerous`,
  allowed: "requirepass, or an ACL in which the default user is off and no user has nopass",
  fix: "write `user default off` and a user with a password into the ACL file, and name it in aclfile",
  source: "Redis documentation, security and ACL; docker-library/docs, redis",
  looksAt: REDIS,
  where: isServer("redis"),
  check: (resource, stack) =>
    byExposure(
      serversOf(resource, stack),
      "medium",
      redisUsers(resource, stack)
        .filter(({ enabled, nopass }) => enabled && nopass)
        .map(({ name, place }) => `the user ${name} needs no password (${place})`),
    ),
});

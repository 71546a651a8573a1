import { isServer, serversOf } from "../facts/deliveries.ts";
import { byExposure } from "../facts/exposure.ts";
import { REDIS, redisUsers } from "../facts/redis.ts";
import { definePolicy } from "../policy.ts";

/**
 * The official image turns the protected mode off, so a Redis without a password is open to all its networks.
 */
export const clientsLogIn = definePolicy({
  id: "RDS-001",
  severity: "critical",
  title: "nobody uses Redis without a password",
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

import { clientsLogIn } from "../../../policies/redis/clients-log-in.ts";
import { judges } from "../judging.ts";
import { alone, redis } from "../servers.ts";

const HASH = `#${"0".repeat(64)}`;

judges(clientsLogIn, "RDS-001", {
  rejects: [
    {
      name: "a server that is told nothing",
      given: { image: "redis:7", command: ["redis-server"] },
      evidence: [{ severity: "medium", text: "the user default needs no password (by default)" }],
    },
    {
      name: "the same where other machines reach it",
      given: { image: "redis:7", ports: { internal: 6379, external: 6379 } },
      evidence: ["the user default needs no password (by default)"],
    },
    {
      name: "users next to the default user, which nobody turned off",
      given: redis([], [`user app on ${HASH} ~* +@all`]),
      evidence: [{ severity: "medium", text: "the user default needs no password (by default)" }],
    },
    {
      name: "a user without a password",
      given: redis([], ["user default off", "user app on nopass ~* +get"]),
      evidence: [{ severity: "medium", text: "the user app needs no password (users.acl line 2)" }],
    },
    {
      name: "a file that nothing is seen to run",
      type: "file/redis.conf",
      given: alone("redis.conf", ['requirepass ""']),
      evidence: ["the user default needs no password (redis.conf line 1)"],
    },
    {
      name: "an ACL file that is not here",
      given: redis(["aclfile /etc/other/redis.acl"]),
      evidence: ["cannot be judged: /etc/other/redis.acl: its text is not known here"],
    },
    {
      name: "a configuration that is not here",
      given: { image: "valkey/valkey:8", command: ["valkey-server", "/etc/redis.conf"] },
      evidence: ["cannot be judged: /etc/redis.conf: its text is not known here"],
    },
    {
      name: "a configuration that the command does not name",
      given: redis(["requirepass x"], [], { command: [] }),
      evidence: [{ severity: "medium", text: "the user default needs no password (by default)" }],
    },
  ],
  accepts: [
    { name: "users with passwords", given: redis([], ["user default off", `user app on ${HASH} ~a:* +get`]) },
    { name: "one password for all", type: "file/redis.conf", given: alone("redis.conf", ["requirepass x"]) },
    {
      name: "users in the configuration",
      type: "file/redis.conf",
      given: alone("redis.conf", ["user default off"]),
    },
    { name: "another server", given: { image: "postgres:15" }, examined: 0 },
  ],
});

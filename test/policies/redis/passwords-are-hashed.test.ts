import { passwordsAreHashed } from "../../../policies/redis/passwords-are-hashed.ts";
import { judges } from "../judging.ts";
import { alone, redis } from "../servers.ts";

judges(passwordsAreHashed, "RDS-011", {
  rejects: [
    {
      name: "a password in clear, without printing it",
      given: redis([], ["user default off", "user a on >hunter2 ~a:* +get"]),
      evidence: ["the user a has a password in clear (users.acl line 2)"],
    },
    {
      name: "one in the configuration",
      type: "file/redis.conf",
      given: alone("redis.conf", ["user default off", "user a on >hunter2 +get"]),
      evidence: ["the user a has a password in clear (redis.conf line 2)"],
    },
    {
      name: "a file with a comment, which Redis refuses",
      given: redis([], ["# users", "user default off"]),
      evidence: ["cannot be judged: users.acl line 1 names no user"],
    },
  ],
  accepts: [
    { name: "hashes", given: redis([], ["user default off", `user a on #${"0".repeat(64)} ~a:* +get`]) },
  ],
});

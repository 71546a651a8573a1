import { applicationsHaveTheirOwnUser } from "../../../policies/redis/applications-have-their-own-user.ts";
import { judges } from "../judging.ts";
import { alone, redis } from "../servers.ts";

judges(applicationsHaveTheirOwnUser, "RDS-010", {
  rejects: [
    {
      name: "one password for all",
      type: "file/redis.conf",
      given: alone("redis.conf", ["requirepass x"]),
      evidence: ["the default user is on (redis.conf line 1)", "no application has a user"],
    },
    {
      name: "users that see everything",
      given: redis(
        [],
        ["user default off", "user a on #0 ~* &a:* +get", "user b on #0 allkeys allchannels +get"],
      ),
      evidence: [
        "the user a has all keys (users.acl line 2)",
        "the user b has all keys (users.acl line 3)",
        "the user b has all channels (users.acl line 3)",
      ],
    },
    {
      name: "the default user next to them",
      given: redis([], ["user default on #0 ~d:* +get", "user a on #0 ~a:* +get"]),
      evidence: ["the default user is on (users.acl line 1)"],
    },
  ],
  accepts: [
    {
      name: "keys and channels of their own, and an administrator",
      given: redis(
        [],
        ["user default off", "user a on #0 resetchannels ~a:* &a:* +get", "user admin on #0 ~* &* +@all"],
      ),
    },
    {
      name: "rules that take back what was given",
      given: redis([], ["user default off", "user a on #0 ~* resetkeys ~a:* +get"]),
    },
  ],
});

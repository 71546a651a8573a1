import { dangerousCommandsAreOff } from "../../../policies/redis/dangerous-commands-are-off.ts";
import { judges } from "../judging.ts";
import { alone, redis } from "../servers.ts";

const users = (...rules: string[]) => redis([], ["user default off", ...rules]);

judges(dangerousCommandsAreOff, "RDS-004", {
  rejects: [
    {
      name: "users that may do everything, some of it, or get it back",
      given: users(
        "user a on #0 ~a:* +@all",
        "user b on #0 ~b:* +@all -@dangerous +config|set",
        "user c on #0 ~c:* -@all +@dangerous",
        "user d off #0 +@all",
      ),
      evidence: [
        { severity: "low", text: "the user a may run @dangerous (users.acl line 2)" },
        { severity: "low", text: "the user b may run config (users.acl line 3)" },
        { severity: "low", text: "the user c may run @dangerous (users.acl line 4)" },
      ],
    },
    {
      name: "switches that let clients load code",
      given: redis([
        "enable-debug-command local",
        "enable-protected-configs yes",
        "enable-module-command yes",
      ]),
      evidence: [
        { severity: "low", text: 'enable-debug-command is "local" (redis.conf line 2)' },
        { severity: "low", text: 'enable-protected-configs is "yes" (redis.conf line 3)' },
        { severity: "low", text: 'enable-module-command is "yes" (redis.conf line 4)' },
      ],
    },
    {
      name: "one password and every command",
      type: "file/redis.conf",
      given: alone("redis.conf", ["requirepass x", 'rename-command FLUSHALL ""']),
      evidence: ["the user default may run @dangerous (redis.conf line 1)"],
    },
  ],
  accepts: [
    {
      name: "users without them",
      given: users("user a on #0 ~a:* +@all -@admin -@dangerous", "user p on #0 -@all +ping"),
    },
    {
      name: "one password and no CONFIG",
      type: "file/redis.conf",
      given: alone("redis.conf", ["requirepass x", 'rename-command CONFIG ""', "enable-debug-command no"]),
    },
  ],
});

import { protectedModeIsOn } from "../../../policies/redis/protected-mode-is-on.ts";
import { judges } from "../judging.ts";
import { alone, redis } from "../servers.ts";

judges(protectedModeIsOn, "RDS-003", {
  rejects: [
    { name: "silence", given: redis([]), evidence: ["protected-mode is not set"] },
    {
      name: "an argument that takes it back",
      given: redis(["protected-mode yes"], undefined, {
        command: ["redis-server", "/etc/server/redis.conf", "--protected-mode", "no"],
      }),
      evidence: ['protected-mode is "no" (the command)'],
    },
    {
      name: "a later line that takes it back",
      type: "file/redis.conf",
      given: alone("redis.conf", ["protected-mode yes", "PROTECTED-MODE no"]),
      evidence: ['protected-mode is "no" (redis.conf line 2)'],
    },
  ],
  accepts: [{ name: "the mode", given: redis(["protected-mode yes"]) }],
});

import { isServer, serversOf } from "../facts/deliveries.ts";
import { byExposure } from "../facts/exposure.ts";
import { hasUsers, REDIS, redisSettings, redisUsers } from "../facts/redis.ts";
import { definePolicy } from "../policy.ts";

const SWITCHES = ["enable-debug-command", "enable-protected-configs", "enable-module-command"];

export const dangerousCommandsAreOff = definePolicy({
  id: "RDS-004",
  severity: "high",
  title: "clients of Redis cannot change the server",
  why: "CONFIG writes files wherever the server may, MODULE loads code: a client that is broken into is the server.",
  avoid: `# redis.conf
user app on >tr0ub4dor-9x ~app:* &app:* +@all`,
  prefer: `# redis.conf
user default off
user app on #2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae ~app:* &app:* +@all -@admin -@dangerous`,
  allowed: `users without @dangerous and its commands, or rename-command CONFIG ""; ${SWITCHES.join(", ")} no`,
  fix: "end the rules of each user with -@admin -@dangerous",
  source: "Redis documentation, ACL categories; redis.conf, enable-debug-command",
  looksAt: REDIS,
  where: isServer("redis"),
  check: (resource, stack) => {
    const settings = redisSettings(resource, stack);
    const isRenamed = settings.all("rename-command").some(({ value }) => /^config( |$)/i.test(value));
    const users = redisUsers(resource, stack).filter(({ enabled }) => enabled);
    const powers =
      !hasUsers(resource, stack) && isRenamed
        ? []
        : users
            .filter(({ dangerous }) => dangerous.length > 0)
            .map(
              ({ name, dangerous, place }) => `the user ${name} may run ${dangerous.join(", ")} (${place})`,
            );
    return byExposure(serversOf(resource, stack), "low", [
      ...powers,
      ...SWITCHES.flatMap((name) => settings.may(name, (value) => value.toLowerCase() === "no")),
    ]);
  },
});

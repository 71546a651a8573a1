import { isServer } from "../facts/deliveries.ts";
import { REDIS, redisUsers } from "../facts/redis.ts";
import { definePolicy } from "../policy.ts";

export const applicationsHaveTheirOwnUser = definePolicy({
  id: "RDS-010",
  severity: "low",
  title: "each application has a user of its own at Redis, with its own keys and channels",
  why: "One password for all cannot be taken from one of them, and each reads what the others keep.",
  avoid: `# redis.conf
requirepass tr0ub4dor-9x`,
  prefer: `# redis.conf
user default off
user app on #2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae ~app:* &app:* +@all -@dangerous`,
  allowed: "the default user off; users other than admin with key and channel patterns that are not *",
  fix: "write a user for each application into the ACL file: user NAME on #HASH ~PREFIX:* &PREFIX:* …",
  source: "Redis documentation, ACL",
  looksAt: REDIS,
  where: isServer("redis"),
  enforcedIn: ["production"],
  check: (resource, stack) => {
    const users = redisUsers(resource, stack).filter(({ enabled }) => enabled);
    const own = users.filter(({ name }) => name !== "default");
    return [
      ...users
        .filter(({ name }) => name === "default")
        .map(({ place }) => `the default user is on (${place})`),
      ...(own.length === 0 ? ["no application has a user"] : []),
      ...own
        .filter(({ name }) => !/^admin/i.test(name))
        .flatMap(({ name, allKeys, allChannels, place }) => [
          ...(allKeys ? [`the user ${name} has all keys (${place})`] : []),
          ...(allChannels ? [`the user ${name} has all channels (${place})`] : []),
        ]),
    ];
  },
});

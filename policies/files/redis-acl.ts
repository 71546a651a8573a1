import { lines } from "./settings.ts";

/** A user of Redis, after its rules were read from left to right. */
export interface RedisUser {
  readonly name: string;
  readonly enabled: boolean;

  /** Whether any password is right. */
  readonly nopass: boolean;

  /** Whether a password stands there in clear (`>…`), which nobody may print. */
  readonly clear: boolean;
  readonly allKeys: boolean;
  readonly allChannels: boolean;

  /** Dangerous commands that it may run: `@dangerous`, or commands by name. */
  readonly dangerous: readonly string[];
  readonly place: string;
}

/** Commands of the category @dangerous that change, read or end the server, or wipe it. */
const DANGEROUS =
  /^(acl|bgrewriteaof|bgsave|cluster|config|debug|failover|flushall|flushdb|keys|migrate|module|monitor|psync|replicaof|restore|save|shutdown|slaveof|swapdb|sync)$/;

/**
 * Reads an ACL file of Redis 7. It knows no comments, and no user twice.
 *
 * @throws Error for a line that Redis does not start with
 */
export function parseRedisAcl(text: string, file = "users.acl"): readonly RedisUser[] {
  const users = lines(text).flatMap(({ line, number }) => {
    const [keyword, name, ...rules] = line.trim().split(/\s+/);
    if (keyword === "") return [];
    if (keyword !== "user" || name === undefined) throw new Error(`${file} line ${number} names no user`);
    return [redisUser(name, rules, `${file} line ${number}`)];
  });
  const twice = users.find(({ name }, index) => users.findIndex((other) => other.name === name) < index);
  if (twice !== undefined) throw new Error(`${twice.place}: the user ${twice.name} is there twice`);
  return users;
}

type Changing = { -readonly [key in keyof RedisUser]: RedisUser[key] };

/** A new user is off and may do nothing; each rule changes what those before it left. */
export function redisUser(name: string, rules: readonly string[], place: string): RedisUser {
  const user: Changing = { ...fresh(name, place) };
  for (const rule of rules) apply(user, rule);
  return user;
}

const fresh = (name: string, place: string): RedisUser => ({
  name,
  enabled: false,
  nopass: false,
  clear: false,
  allKeys: false,
  allChannels: false,
  dangerous: [],
  place,
});

/** The user `default` of a server without any rule for it: everything, for everybody. */
export const openDefaultUser = (place: string): RedisUser =>
  redisUser("default", ["on", "nopass", "allkeys", "allchannels", "+@all"], place);

const RULES: Readonly<Record<string, Partial<RedisUser>>> = {
  on: { enabled: true },
  off: { enabled: false },
  nopass: { nopass: true },
  resetpass: { nopass: false, clear: false },
  allkeys: { allKeys: true },
  "~*": { allKeys: true },
  "%RW~*": { allKeys: true },
  resetkeys: { allKeys: false },
  allchannels: { allChannels: true },
  "&*": { allChannels: true },
  resetchannels: { allChannels: false },
  allcommands: { dangerous: ["@dangerous"] },
  "+@all": { dangerous: ["@dangerous"] },
  "+@dangerous": { dangerous: ["@dangerous"] },
  "+@admin": { dangerous: ["@admin"] },
  nocommands: { dangerous: [] },
  "-@all": { dangerous: [] },
  "-@dangerous": { dangerous: [] },
};

function apply(user: Changing, rule: string): void {
  const lower = /^[@+\-a-z]/i.test(rule) ? rule.toLowerCase() : rule;
  if (lower === "reset") Object.assign(user, fresh(user.name, user.place));
  else Object.assign(user, RULES[lower] ?? {});
  if (rule.startsWith(">")) user.clear = true;
  if (rule.startsWith(">") || rule.startsWith("#")) user.nopass = false;
  const command = /^\+([a-z]+)/.exec(lower)?.[1] ?? "";
  if (DANGEROUS.test(command)) user.dangerous = [...user.dangerous, command];
}

import { basename } from "node:path";
import type { Resource, StackDocument } from "../document.ts";
import { openDefaultUser, parseRedisAcl, type RedisUser, redisUser } from "../files/redis-acl.ts";
import { parseRedisConf, type RedisSetting, redisSetting } from "../files/redis-conf.ts";
import { Settings } from "../files/settings.ts";
import { fileAt, filesWith, isFile } from "./deliveries.ts";
import { commandOf } from "./environment.ts";
import { parseOnce, TextIsUnknown } from "./parsed-files.ts";
import { remembered } from "./remembered.ts";
import { RUNS } from "./services.ts";

/** Resources that rules about Redis look at: those that run it, and a redis.conf that nothing is seen to run. */
export const REDIS = [...RUNS, "file/redis.conf"];

/** The settings that a Redis is started with: its file, then its arguments, which win. */
export const redisSettings = remembered(
  (resource: Resource, stack: StackDocument): Settings => new Settings(read(resource, stack)),
);

function read(resource: Resource, stack: StackDocument): readonly RedisSetting[] {
  if (isFile(resource)) return parseOnce(resource, parseRedisConf);
  const all = commandOf(resource);
  const program = all.findLastIndex((word) => /^(redis|valkey|keydb)-server$/.test(basename(word)));
  const words = all.slice(program + 1);
  const [first] = words;
  if (first === undefined || first.startsWith("-")) return options(words);
  const file = fileAt(first, resource, "redis.conf", stack);
  if (file === undefined) throw new TextIsUnknown(`${first}: its text is not known here`);
  return [...parseOnce(file, parseRedisConf), ...options(words.slice(1))];
}

/** `--name value…`, each up to the next. */
function options(words: readonly string[]): readonly RedisSetting[] {
  const found: { name: string; values: string[] }[] = [];
  for (const word of words) {
    if (word.startsWith("--")) found.push({ name: word.slice(2), values: [] });
    else found.at(-1)?.values.push(word);
  }
  return found.map(({ name, values }) => redisSetting(name, values, "the command"));
}

/** The users of a Redis, the default user among them: who says nothing about it leaves it open to everybody. */
export const redisUsers = remembered((resource: Resource, stack: StackDocument): readonly RedisUser[] => {
  const settings = redisSettings(resource, stack);
  const path = settings.last("aclfile")?.value;
  const users =
    path === undefined
      ? settings.all("user").map(({ value, place }) => {
          const [name = "", ...rules] = value.split(/\s+/);
          return redisUser(name, rules, place);
        })
      : aclFile(path, resource, stack);
  if (users.some(({ name }) => name === "default")) return users;
  const password = path === undefined ? settings.last("requirepass") : undefined;
  const open = openDefaultUser(password?.place ?? "by default");
  return [{ ...open, nopass: (password?.value ?? "") === "" }, ...users];
});

function aclFile(path: string, resource: Resource, stack: StackDocument): readonly RedisUser[] {
  const file = fileAt(path, resource, "redis.acl", stack);
  if (file === undefined) throw new TextIsUnknown(`${path}: its text is not known here`);
  return parseOnce(file, parseRedisAcl);
}

/** Whether a Redis has users of its own next to the default one. */
export const hasUsers = (resource: Resource, stack: StackDocument): boolean =>
  redisSettings(resource, stack).last("aclfile") !== undefined ||
  redisSettings(resource, stack).all("user").length > 0 ||
  filesWith(resource, "redis.acl", stack).length > 0;

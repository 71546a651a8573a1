import { lines, type Setting } from "./settings.ts";

/** A setting of Redis, whose value is one or more words. */
export interface RedisSetting extends Setting {
  readonly words: readonly string[];
}

const WORD = /\s*(?:"((?:[^"\\]|\\.)*)"(?=\s|$)|'((?:[^'\\]|\\')*)'(?=\s|$)|([^\s"']\S*))/y;

/**
 * Reads a redis.conf: names in any case, quoted words, a comment only as a line of its own. The last of several
 * settings wins, except for `save`, `user` and `rename-command`, which add up.
 *
 * @throws Error for a line that Redis does not start with, and for an include, which hides settings
 */
export function parseRedisConf(text: string, file = "redis.conf"): readonly RedisSetting[] {
  return lines(text).flatMap(({ line, number }) => {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#")) return [];
    const place = `${file} line ${number}`;
    const [name = "", ...words] = wordsOf(trimmed, place);
    if (words.length === 0) throw new Error(`${place}: ${name} has no value`);
    if (/^include$/i.test(name)) throw new Error(`${place}: include names settings that are not known here`);
    return [redisSetting(name, words, place)];
  });
}

export const redisSetting = (name: string, words: readonly string[], place: string): RedisSetting => ({
  name: name.toLowerCase(),
  value: words.join(" "),
  words,
  place,
});

/** Words as Redis splits them: in double quotes with escapes, in single quotes, or bare. */
function wordsOf(line: string, place: string): readonly string[] {
  const found: string[] = [];
  WORD.lastIndex = 0;
  while (WORD.lastIndex < line.length) {
    const [, double, single, bare] = WORD.exec(line) ?? [];
    const word = double?.replace(/\\(.)/g, "$1") ?? single?.replaceAll("\\'", "'") ?? bare;
    if (word === undefined) throw new Error(`${place}: quotes are not balanced`);
    found.push(word);
  }
  return found;
}

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 1000,
  kb: 1024,
  m: 1000 ** 2,
  mb: 1024 ** 2,
  g: 1000 ** 3,
  gb: 1024 ** 3,
};

/** Bytes as Redis writes them: `100mb` are 1024² each, `100m` 1000². NaN for anything else. */
export function redisBytes(value: string): number {
  const [, digits, unit = ""] = /^(\d+)([a-z]*)$/i.exec(value) ?? [];
  return digits === undefined ? Number.NaN : Number(digits) * (UNITS[unit.toLowerCase()] ?? Number.NaN);
}

import { expect, test } from "vitest";
import { parseRedisConf, redisBytes } from "../../../policies/files/redis-conf.ts";

test("reads names in any case, quoted words and several words", () => {
  const conf = [
    "  # a comment",
    "PORT 6379",
    'save ""',
    `user app on '~a:*' "\\"x"`,
    'tls-protocols "TLSv1.2 TLSv1.3"',
  ];

  expect(parseRedisConf(conf.join("\n")).map(({ name, words, place }) => ({ name, words, place }))).toEqual([
    { name: "port", words: ["6379"], place: "redis.conf line 2" },
    { name: "save", words: [""], place: "redis.conf line 3" },
    { name: "user", words: ["app", "on", "~a:*", '"x'], place: "redis.conf line 4" },
    { name: "tls-protocols", words: ["TLSv1.2 TLSv1.3"], place: "redis.conf line 5" },
  ]);
});

test.each([
  { text: 'requirepass "a', says: "redis.conf line 1: quotes are not balanced" },
  { text: "port", says: "redis.conf line 1: port has no value" },
  {
    text: "include /etc/other.conf",
    says: "redis.conf line 1: include names settings that are not known here",
  },
])("does not read $text", ({ text, says }) => {
  expect(() => parseRedisConf(text)).toThrow(says);
});

test("counts bytes as Redis does", () => {
  expect(["1k", "1kb", "2MB", "1gb", "7", "many"].map(redisBytes)).toEqual([
    1000,
    1024,
    2_097_152,
    1_073_741_824,
    7,
    Number.NaN,
  ]);
});

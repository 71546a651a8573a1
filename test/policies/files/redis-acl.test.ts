import { describe, expect, test } from "vitest";
import { parseRedisAcl } from "../../../policies/files/redis-acl.ts";

const first = (rules: string) => parseRedisAcl(`user a ${rules}`)[0];

describe("the rules of a user are read from left to right", () => {
  test.each([
    { rules: "on >x nopass", is: { enabled: true, nopass: true, clear: true } },
    { rules: "on nopass #0", is: { enabled: true, nopass: false, clear: false } },
    { rules: "on >x resetpass", is: { clear: false, nopass: false } },
    {
      rules: "on off ~* resetkeys &* resetchannels",
      is: { enabled: false, allKeys: false, allChannels: false },
    },
    { rules: "+@ALL -@all +CONFIG|GET", is: { dangerous: ["config"] } },
    { rules: "+@dangerous reset ~*", is: { enabled: false, dangerous: [], allKeys: true } },
    { rules: "+@all -@dangerous +get ~a:*", is: { dangerous: [], allKeys: false } },
  ])("$rules", ({ rules, is }) => {
    expect(first(rules)).toMatchObject(is);
  });
});

test.each([
  { text: "# users", says: "users.acl line 1 names no user" },
  { text: "user", says: "users.acl line 1 names no user" },
  { text: "user a on\n\nuser a off", says: "users.acl line 3: the user a is there twice" },
])("does not read $text", ({ text, says }) => {
  expect(() => parseRedisAcl(text)).toThrow(says);
});

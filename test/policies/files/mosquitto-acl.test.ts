import { expect, test } from "vitest";
import { parseMosquittoAcl } from "../../../policies/files/mosquitto-acl.ts";

test("reads users, patterns, topics with spaces and the access that is not named", () => {
  const acl = [
    "topic read a",
    "# b",
    "user  two words ",
    "topic  write  x y",
    "  topic z",
    "pattern deny d/%u",
    "topic readwrite",
  ];

  expect(parseMosquittoAcl(acl.join("\n"))).toEqual([
    { user: undefined, access: "read", topic: "a", place: "acl line 1" },
    { user: "two words", access: "write", topic: "x y", place: "acl line 4" },
    { user: "two words", access: "readwrite", topic: "z", place: "acl line 5" },
    { user: "*", access: "deny", topic: "d/%u", place: "acl line 6" },
    { user: "two words", access: "readwrite", topic: "readwrite", place: "acl line 7" },
  ]);
});

test.each([" # indented", "allow a", "user", "topic"])("does not read %j", (line) => {
  expect(() => parseMosquittoAcl(line)).toThrow("acl line 1 is no rule");
});

import { describe, expect, test } from "vitest";
import { readYaml } from "../../core/yaml.ts";
import { errorText } from "../support/error-text.ts";

const TEXT = `# a comment
name: a
x: &base
  memoryMiB: 5
  deep: { cpus: 1 }
list: &list
  - a
  - { b: 1,
      c: 2 }
postgres:
  limits:
    <<: *base
    pids: 3
redis:
  limits: { <<: [{ pids: 1 }, *base], cpus: 2 }
files:
  app.conf: x
  app: { conf: 1 }
same: *list
`;

describe("a line of a file is that of", () => {
  const { lineOf } = readYaml(TEXT, "site.yaml");

  test.each<[string, string, number]>([
    ["a key", "name", 2],
    ["a key in braces", "x.deep.cpus", 5],
    ["an item", "list.0", 7],
    ["a key of an item, on a line of its own", "list.1.c", 9],
    ["a key that a merge brought, where its anchor is", "postgres.limits.memoryMiB", 4],
    ["what is below such a key", "postgres.limits.deep.cpus", 5],
    ["a key next to a merge", "postgres.limits.pids", 13],
    ["a key by the first of several merged mappings that has it", "redis.limits.pids", 15],
    ["a key by the second of them", "redis.limits.memoryMiB", 4],
    ["an alias itself, where it stands", "same", 19],
    ["what is in an alias, where its anchor is", "same.1.c", 9],
    ["the longest key with dots that fits", "files.app.conf", 17],
    ["the nearest mapping around what is missing", "postgres.limits.cpus", 11],
    ["the whole file, for what is missing at its top", "environment", 2],
  ])("%s", (_, path, line) => expect(lineOf(path)).toBe(line));
});

test.each([
  ["in a mapping", "name: a\nx: &x\n  deep: { y: *x }\n"],
  ["in a list", "name: a\nx: &x\n  - *x\n"],
  ["by a merge", "name: a\nx: &x\n  <<: *x\n"],
])("an anchor that holds itself %s is refused where it does", async (_, text) => {
  expect(await errorText(() => readYaml(text, "site.yaml"))).toBe(
    "site.yaml:3: *x stands in the value of its own anchor, &x\n  → write the value there",
  );
});

test("what a file says is no command for a terminal", async () => {
  const told = await errorText(() => readYaml('name: "\u001b[2J\u0007\u009b1m" x', "site.yaml"));

  expect(told).toContain("\ufffd[2J");
  expect(told).not.toMatch(/(?![\n\t])\p{Cc}/u);
});

test("an empty file has one line", () => {
  expect([readYaml("", "x").value, readYaml("\n# nothing\n", "x").lineOf("name")]).toEqual([{}, 1]);
});

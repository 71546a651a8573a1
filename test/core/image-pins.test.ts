import { expect, test } from "vitest";
import { readPins, withDigests } from "../../core/image-pins.ts";
import { errorText } from "../support/error-text.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

const one = `sha256:${"1".repeat(64)}`;
const two = `sha256:${"2".repeat(64)}`;
const text = `# why\n\nFROM redis:8.0-trixie@${one} AS redis\nFROM valkey/valkey:9 AS other\n`;

test("a pin is a tag, with a digest or without one", () => {
  expect(readPins(write(temporaryFolder(), "upstream.Dockerfile", text))).toEqual({
    redis: { ref: "redis", tag: "8.0-trixie", digest: one },
    other: { ref: "valkey/valkey", tag: "9" },
  });
});

test("digests are replaced and added, and all else stays", () => {
  expect(withDigests(text, { redis: two, other: one })).toBe(
    `# why\n\nFROM redis:8.0-trixie@${two} AS redis\nFROM valkey/valkey:9@${one} AS other\n`,
  );
  expect(withDigests(text, {})).toBe(text);
});

test.each([
  ["a digest that is cut short", `FROM redis:8@${one.slice(0, -1)} AS redis`],
  ["no tag", "FROM redis AS redis"],
  ["no name", "FROM redis:8"],
  ["another instruction", "RUN true"],
  ["the same name again", `FROM redis:8 AS redis`],
])("a line with %s is refused by its number", async (_, line) => {
  const file = write(temporaryFolder(), "upstream.Dockerfile", `FROM redis:7 AS redis\n${line}\n`);
  expect(await errorText(() => readPins(file))).toBe(
    `${file}: line 2: got ${JSON.stringify(line)}; allowed: FROM name:tag@sha256:… AS image, each image once\n  → take it from the repository again: git checkout images/upstream.Dockerfile`,
  );
});

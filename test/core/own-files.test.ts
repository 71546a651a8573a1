import { chmodSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { readImageLock } from "../../core/image-pins.ts";
import { readOwnJson } from "../../core/own-files.ts";
import { readStack } from "../../runners/stack.ts";
import { errorText } from "../support/error-text.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

const read = (file: string) => readOwnJson(file, z.object({ names: z.array(z.string()) }), "bring it back");

test("a file that is not there is none", () => {
  expect(read(join(temporaryFolder(), "none.json"))).toBe(undefined);
});

test("a whole file is told as it is", () => {
  expect(read(write(temporaryFolder(), "x.json", '{"names": ["a"]}'))).toEqual({ names: ["a"] });
});

test.each([
  ["", "cut short, or not JSON (0 bytes)"],
  ['{"names": ["a', "cut short, or not JSON (13 bytes)"],
  ["null", "not what the kit writes there (Invalid input: expected object, received null)"],
  [
    '{"names": [1]}',
    "not what the kit writes there (names.0: Invalid input: expected string, received number)",
  ],
])(
  "a file that holds %j is named, with its fault and what to do, and nothing of it is quoted",
  async (text, fault) => {
    const file = write(temporaryFolder(), "x.json", text);

    expect(await errorText(() => read(file))).toBe(`${file}: ${fault}\n  → bring it back`);
  },
);

test.skipIf(process.getuid?.() === 0)("a file that may not be read is named", async () => {
  const file = write(temporaryFolder(), "x.json", "{}");
  chmodSync(file, 0);

  expect(await errorText(() => read(file))).toContain(`${file}: cannot be read (EACCES`);
});

test("a list of image digests that is cut short is to be taken from the repository", async () => {
  const file = write(temporaryFolder(), "lock.json", '{"debian": {');

  expect(await errorText(() => readImageLock(file))).toBe(
    `${file}: cut short, or not JSON (12 bytes)\n  → take it from the repository again: git checkout images/lock.json`,
  );
});

test("a synthesized stack that is cut short is to be synthesized again", async () => {
  const folder = temporaryFolder();
  const file = write(folder, "cdk.tf.json", '{"resource": {');

  expect(await errorText(() => readStack(folder))).toBe(
    `${file}: cut short, or not JSON (14 bytes)\n  → run exploreiot synth, or npx cdktf synth`,
  );
});

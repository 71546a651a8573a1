import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readTextFile } from "../../../services/application/text-file.ts";
import { errorText } from "../../support/error-text.ts";
import { temporaryFolder, write } from "../../support/temporary-folder.ts";

const PLACE = "services.tool.files.a.conf.from";

test.each([
  ["nothing", ""],
  ["lines of Windows", "a\r\nb\r\n"],
  ["a mark of the byte order", "\u{feff}a"],
  ["references and variables", "{postgres.host} ${X}\n"],
])("a file is handed on as it is, with %s in it", (_, text) => {
  expect(readTextFile(write(temporaryFolder(), "a", text), PLACE)).toBe(text);
});

describe("a file is refused that is", () => {
  const refusal = (path: string) => errorText(() => readTextFile(path, PLACE));
  const words = (path: string, problem: string, remedy: string) =>
    `${PLACE}: ${JSON.stringify(path)}: ${problem}\n  → ${remedy}`;
  const NAME = "name a file, relative to the site file";
  const IMAGE = "put it into the image instead";

  test("not there", async () => {
    expect(await refusal("/nothing/here")).toBe(words("/nothing/here", "no such file or folder", NAME));
  });

  test("a folder", async () => {
    const folder = temporaryFolder();
    expect(await refusal(folder)).toBe(words(folder, "it is a folder", NAME));
  });

  test.each(["a pipe that nobody writes into", "a device that never ends"])("%s", async (kind) => {
    const pipe = join(temporaryFolder(), "pipe");
    execFileSync("mkfifo", [pipe]);
    const path = kind.startsWith("a pipe") ? pipe : "/dev/zero";
    expect(await refusal(path)).toBe(words(path, "it is a pipe or a device, which may never end", NAME));
  });

  test("no text", async () => {
    const path = join(temporaryFolder(), "a");
    writeFileSync(path, Buffer.from([0x63, 0xe9]));
    expect(await refusal(path)).toBe(words(path, "no text in UTF-8", IMAGE));
  });

  test("too large", async () => {
    const path = write(temporaryFolder(), "a", "a".repeat(512 * 1024 + 1));
    expect(await refusal(path)).toBe(words(path, "513 KiB; allowed: 512 KiB", IMAGE));
  });
});

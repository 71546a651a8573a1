import { mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { keepNamedFiles, placeNamedFiles } from "../../core/named-files.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

test("files that a site file names come back where it names them, and never over another file or outside of its folder", () => {
  const machine = temporaryFolder();
  const draft = temporaryFolder();
  const files = ["site/tls/edge.crt", "site/notes.conf", "elsewhere/edge.key"].map((path) =>
    write(machine, path, `the text of ${path}`),
  );
  keepNamedFiles(files, join(machine, "site"), draft);
  const into = join(temporaryFolder(), "below", "site");
  mkdirSync(into, { recursive: true });
  write(into, "notes.conf", "another text");
  const lines: string[] = [];

  placeNamedFiles(draft, into, (line) => lines.push(line));
  // Once more, as after an interruption.
  placeNamedFiles(draft, into, () => undefined);

  expect(readFileSync(join(into, "tls/edge.crt"), "utf8")).toBe("the text of site/tls/edge.crt");
  expect(readFileSync(join(into, "notes.conf"), "utf8")).toBe("another text");
  expect(readFileSync(join(into, "restored-files/edge.key"), "utf8")).toBe("the text of elsewhere/edge.key");
  expect(statSync(join(into, "../../elsewhere"), { throwIfNoEntry: false })).toBeUndefined();
  expect(lines).toEqual([
    `${into}/notes.conf: is there already, and stays as it is; the backup has another one`,
    `edge.key: the site file names it outside of its folder; put it there from ${into}/restored-files/edge.key`,
  ]);
});

test("a snapshot of before files were kept has none", () => {
  const lines: string[] = [];
  placeNamedFiles(temporaryFolder(), temporaryFolder(), (line) => lines.push(line));
  expect(lines).toEqual([]);
});

import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { filesInTar } from "../../../runners/docker/tar.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

test("the files of an archive are read by path, no matter what is in them", () => {
  const folder = temporaryFolder();
  const binary = randomBytes(1300);
  mkdirSync(join(folder, "sub"));
  writeFileSync(join(folder, "empty"), "");
  writeFileSync(join(folder, "sub", "block"), "x".repeat(512));
  writeFileSync(join(folder, "binary"), binary);
  const archive = execFileSync("tar", ["-C", folder, "--sort=name", "-c", "."]);

  expect([...filesInTar(archive)]).toEqual([
    ["./binary", binary],
    ["./empty", Buffer.alloc(0)],
    ["./sub/block", Buffer.from("x".repeat(512))],
  ]);
});

import { execFile } from "node:child_process";
import { closeSync, openSync, statSync, truncateSync, writeSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const CONTAINERS = 1_000;
const MEBIBYTE = 1024 ** 2;

/** Runs the real verb: exit code, and what it prints. */
function check(...args: readonly string[]): Promise<[code: number, stdout: string, stderr: string]> {
  const program = join(projectRoot, "bin/exploreiot.js");
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [program, "policy", "check", ...args],
      { maxBuffer: 64 * MEBIBYTE },
      (error, stdout, stderr) => resolve([error === null ? 0 : Number(error.code), stdout, stderr]),
    );
  });
}

/** 100 MB of Terraform JSON: privileged containers, each with a text to deliver. */
function large(end = "}}}"): string {
  const file = join(temporaryFolder(), "cdk.tf.json");
  const content = "A line of a file that a container is given, as long as most are.\\n".repeat(1_600);
  const opened = openSync(file, "w");
  writeSync(opened, '{"resource": {"docker_container": {');
  for (let at = 0; at < CONTAINERS; at += 1) {
    const comment = `"//": {"metadata": {"path": "large/C${at}"}}`;
    const upload = `"upload": {"file": "/data/${at}.txt", "content": "${content}"}`;
    writeSync(opened, `${at === 0 ? "" : ","}\n"C${at}": {${comment}, "privileged": true, ${upload}}`);
  }
  writeSync(opened, end);
  closeSync(opened);
  return file;
}

describe("100 MB of JSON", { timeout: 60_000 }, () => {
  test("are judged, every container of them, with the line on which it stands", async () => {
    const file = large();
    const [code, stdout, stderr] = await check(file, "--format", "github");
    const privileged = stdout.split("\n").filter((line) => line.includes("title=CTR-001 "));
    const lines = privileged.map((line) => /line=(\d+),.*::(large\/C\d+):/.exec(line)?.slice(1));

    expect(statSync(file).size).toBeGreaterThan(100 * 1000 ** 2);
    expect([code, stderr]).toEqual([1, ""]);
    expect(lines).toEqual(Array.from({ length: CONTAINERS }, (_, at) => [`${at + 2}`, `large/C${at}`]));
  });

  test("that end too early are refused", async () => {
    const file = large("}");

    expect(await check(file)).toEqual([
      3,
      "",
      expect.stringMatching(/cdk\.tf\.json: is not JSON \(.{1,200}\)\n.*fix it, or write it again\n$/),
    ]);
  });

  test("are near the limit: a file above it is refused unread", async () => {
    const file = join(temporaryFolder(), "cdk.tf.json");
    closeSync(openSync(file, "w"));
    truncateSync(file, 256 * MEBIBYTE + 1);

    const [code, stdout, stderr] = await check(file);

    expect([code, stdout]).toEqual([3, ""]);
    expect(stderr).toContain("has 268435457 bytes; allowed: at most 268435456");
  });
});

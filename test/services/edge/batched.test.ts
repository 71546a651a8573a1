import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { projectRoot } from "../../../core/home.ts";

/** The program around a shell script, as the container runs it around a daemon. */
function batched(script: string) {
  const argv = [join(projectRoot, "images", "batch-output.pl"), "sh", "-c", script];
  const child = spawn("perl", argv, { stdio: ["ignore", "pipe", "inherit"] });
  const writes: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => writes.push(text));
  const ended = once(child, "close");
  onTestFinished(async () => {
    child.kill("SIGTERM");
    await ended;
  });
  return { child, writes, ended };
}

const LINES = Array.from({ length: 5000 }, (_, line) => `line ${line}\n`).join("");
/** A shell writes each line by itself. */
const WRITE_LINES = "i=0; while [ $i -lt 5000 ]; do echo line $i; i=$((i+1)); done";

test("passes on every byte, and the exit code after the last of them", async () => {
  const { writes, ended } = batched(`${WRITE_LINES}; exit 3`);
  expect(await ended).toEqual([3, null]);
  expect(writes.join("")).toBe(LINES);
});

test("makes one write out of many", async () => {
  const { child, writes } = batched(`${WRITE_LINES}; exec sleep 60`);
  while (writes.join("") !== LINES) await once(child.stdout, "data");
  const [, count] = /^syscw: (\d+)$/m.exec(readFileSync(`/proc/${child.pid}/io`, "utf8")) ?? [];
  // One each 100 ms, however long this machine takes to write the lines.
  expect(Number(count)).toBeLessThan(100);
});

test("holds nothing back from a reader who waits", async () => {
  const { child, writes } = batched("echo one; exec sleep 60");
  await once(child.stdout, "data");
  expect(writes).toEqual(["one\n"]);
});

test.each(["HUP", "INT", "TERM", "USR1", "USR2"])("hands SIG%s to the command and stays", async (name) => {
  const { child, writes, ended } = batched(
    `trap 'echo got; exit 7' ${name}; echo ready; while :; do sleep 0.1; done`,
  );
  await once(child.stdout, "data");
  child.kill(`SIG${name}` as NodeJS.Signals);
  expect(await ended).toEqual([7, null]);
  expect(writes.join("")).toBe("ready\ngot\n");
});

test("says by 128 and its number that a signal ended the command", async () => {
  expect(await batched("kill -KILL $$").ended).toEqual([137, null]);
});

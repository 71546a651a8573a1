import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bundled } from "../support/bundled.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Writes a file in a step that ends once there is another, and then waits in a folder of its own. */
const PROGRAM = `
import { existsSync, writeFileSync, writeSync } from "node:fs";
import { withOwnFolder } from "./core/own-folder.ts";
import { withDraft, replaceFile } from "./core/private-files.ts";
import { endBetweenSteps, takeSignals } from "./core/signals.ts";
const [folder, taken] = process.argv.slice(2);
endBetweenSteps();
if (taken) takeSignals(["SIGINT"], () => writeSync(1, "taken\\n"));
await withOwnFolder(folder + "/work", "work", async () => {
  withDraft(folder + "/whole", (draft) => {
    writeFileSync(draft, "half");
    writeSync(1, "in\\n");
    while (!existsSync(folder + "/go"));
    replaceFile(folder + "/whole", "all of it");
  });
  await new Promise((resolve) => setTimeout(resolve, 60_000));
});
`;
const program = await bundled("signals", PROGRAM);

/** A process that is in the middle of its file when the signal comes. */
async function signalled(signal: NodeJS.Signals, ...args: string[]) {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "work"));
  const child = spawn(process.execPath, [program, folder, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "close");
  await once(child.stdout, "data");
  child.kill(signal);
  const next = once(child.stdout, "data");
  writeFileSync(join(folder, "go"), "");
  return { child, folder, ended, next };
}

describe("a process that a signal ends", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("by %s has written its file whole, and leaves no draft and no folder", async (signal, code) => {
    const { folder, ended } = await signalled(signal);

    expect(await ended).toEqual([code, null]);
    expect(readdirSync(folder).toSorted()).toEqual(["go", "whole", "work"]);
    expect(readFileSync(join(folder, "whole"), "utf8")).toBe("all of it");
    expect(readdirSync(join(folder, "work"))).toEqual([]);
  });

  test("goes on where the signal was taken, until another one comes", async () => {
    const { child, ended, next } = await signalled("SIGINT", "taken");

    expect(String(await next)).toBe("taken\n");
    child.kill("SIGTERM");
    expect(await ended).toEqual([143, null]);
  });
});

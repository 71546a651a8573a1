import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { withOwnFolder } from "../../core/own-folder.ts";
import { bundled } from "../support/bundled.ts";
import { inNamespace } from "../support/lock-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Works in a folder until its input ends, and then ends as it was told to. */
const PROGRAM = `
import { withOwnFolder } from "./core/own-folder.ts";
const [place, end] = process.argv.slice(2);
await withOwnFolder(place, "work", async () => {
  console.log("in");
  for await (const _ of process.stdin);
  if (end === "exit") process.exit(3);
  if (end === "throw") throw new Error("on purpose");
});
`;
const program = await bundled("own-folder", PROGRAM);

async function working(place: string, end = "well", prefix: readonly string[] = []) {
  const [first = "", ...rest] = [...prefix, process.execPath, program, place, end];
  const child = spawn(first, rest, { stdio: ["pipe", "pipe", "ignore"] });
  await once(child.stdout, "data");
  const ended = once(child, "close");
  return {
    letGo: () => {
      child.stdin.end();
      return ended;
    },
    kill: () => {
      child.kill("SIGKILL");
      return ended;
    },
  };
}

describe("a folder of one's own", () => {
  test("is closed to others, and gone when the work is done", async () => {
    const place = join(temporaryFolder(), "made");
    const mode = await withOwnFolder(place, "work", async (folder) => {
      expect(readdirSync(place)).toEqual([folder.slice(place.length + 1)]);
      return statSync(folder).mode & 0o777;
    });

    expect([mode, readdirSync(place)]).toEqual([0o700, []]);
  });

  test.each(["well", "throw", "exit"])("is gone when its process ends: %s", async (end) => {
    const place = temporaryFolder();
    const process = await working(place, end);
    expect(readdirSync(place)).toHaveLength(1);
    await process.letGo();

    expect(readdirSync(place)).toEqual([]);
  });

  test("is removed by the next one where its process was killed, and nothing else is", async () => {
    const place = temporaryFolder();
    mkdirSync(join(place, "exploreiot-work-of-somebody"));
    const killed = await working(place);
    await killed.kill();
    const elsewhere = await working(place, "well", process.getuid?.() === 0 ? inNamespace : []);
    const here = await working(place);
    const left = readdirSync(place);
    await withOwnFolder(place, "other", async () => undefined);

    expect([left.length, readdirSync(place)]).toEqual([3, left]);
    await Promise.all([elsewhere.letGo(), here.letGo()]);
    expect(readdirSync(place)).toEqual(["exploreiot-work-of-somebody"]);
  });
});

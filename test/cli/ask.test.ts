import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { bundled } from "../support/bundled.ts";

const program = await bundled(
  "ask",
  `
import { typeName } from "./cli/ask.ts";
import { report } from "./core/report.ts";
try {
  await typeName("pump", "Delete it?", "nothing was removed");
  console.log("removed");
} catch (error) {
  process.exitCode = report(error);
}
`,
);

/** Answers on a terminal, key by key; `script` makes one and hands on the exit code. */
async function answered(keys: string) {
  const child = spawn("script", ["-qec", `${process.execPath} ${program}`, "/dev/null"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  let screen = "";
  let isAsked = false;
  child.stdout.on("data", (data) => {
    screen += String(data);
    if (!isAsked && screen.includes("to go on: ")) child.stdin.write(keys);
    isAsked ||= screen.includes("to go on: ");
  });
  const [code] = await once(child, "close");
  return { code, last: screen.trimEnd().split("\r\n").at(-1) };
}

describe("before something that cannot be taken back, on a terminal,", () => {
  test("its name has to be typed", async () => {
    expect(await answered("pump\r")).toEqual({ code: 0, last: "removed" });
    expect(await answered("yes\r")).toEqual({ code: 1, last: "error: nothing was removed" });
  });

  test("Ctrl-C ends it, and Ctrl-D is no answer", async () => {
    expect(await answered("\u0003")).toMatchObject({ code: 130 });
    expect(await answered("\u0004")).toMatchObject({ code: 1 });
  });
});

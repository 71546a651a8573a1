import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { alone } from "../../runners/deploy-lock.ts";
import { errorText } from "../support/error-text.ts";
import { inNamespace, LockProcess, lockProgram } from "../support/lock-process.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

const HOLDER = {
  host: hostname(),
  boot: "11111111-2222-3333-4444-555555555555",
  pid: 1,
  pidNamespace: "pid:[1]",
  since: "2026-11-28T08:00:00.000Z",
  mark: "none",
};

let program: string;
beforeAll(async () => {
  program = await lockProgram();
});

const lockOf = (folder: string) => join(folder, "at-work.json");
const enter = (folder: string) => alone("demo", folder, async () => "in");
const started = (folder: string, prefix: readonly string[] = [], ...args: readonly string[]) =>
  new LockProcess(program, [folder, ...args], prefix);

test("a second command is refused while the first works, and let in afterwards", async () => {
  const folder = temporaryFolder();
  const refused = await alone("demo", folder, () => errorText(() => enter(folder)));

  expect(refused.replace(/since \S+;/, "since THEN;")).toBe(
    `another command is changing demo (pid ${process.pid} on ${hostname()}, since THEN; lock: ${lockOf(folder)})\n` +
      "  → wait until it has ended, then run this again",
  );
  expect(await enter(folder)).toBe("in");
});

test.skipIf(!existsSync("/usr/bin/perl"))("holds where there is no flock, by perl", async () => {
  const [folder, programs, path] = [temporaryFolder(), temporaryFolder(), process.env.PATH];
  symlinkSync("/usr/bin/perl", join(programs, "perl"));
  process.env.PATH = programs;
  const refused = await alone("demo", folder, () => errorText(() => enter(folder)));
  process.env.PATH = path;

  expect(refused).toContain(`another command is changing demo (pid ${process.pid}`);
});

test("a command that fails lets go", async () => {
  const folder = temporaryFolder();
  const failing = alone("demo", folder, async () => Promise.reject(new Error("broken")));

  await expect(failing).rejects.toThrow("broken");
  expect(readFileSync(lockOf(folder), "utf8")).toBe("");
});

test("a killed command is in nobody's way", async () => {
  const folder = temporaryFolder();
  const killed = started(folder);
  expect(await killed.answer()).toBe("in");
  await killed.kill();

  expect(readFileSync(lockOf(folder), "utf8")).toContain(`"pid":${killed.child.pid}`);
  expect(await enter(folder)).toBe("in");
});

test("of many commands that find a dead one's lock together, one works", async () => {
  const folder = temporaryFolder();
  const killed = started(folder);
  await killed.answer();
  await killed.kill();
  const all = Array.from({ length: 8 }, () => started(folder));
  const answers = await Promise.all(all.map((one) => one.answer()));
  await Promise.all(all.map((one) => one.letGo()));

  expect(answers.filter((answer) => answer === "in")).toHaveLength(1);
  expect(answers.filter((answer) => answer.startsWith("another command is changing demo"))).toHaveLength(7);
});

test("what a killed command started and nobody watches is ended first", async () => {
  const folder = temporaryFolder();
  const killed = started(folder, [], "300");
  await killed.answer();
  await killed.kill();
  const next = started(folder);
  const answer = await next.answer();
  await next.letGo();

  expect(answer).toMatch(/^ending sleep \(pid \d+\), which a killed command left behind\nin$/);
  // Nothing is behind the number any more, though nobody may have asked how it ended.
  expect(existsSync(`/proc/${/pid (\d+)/.exec(answer)?.[1]}/exe`)).toBe(false);
});

describe.skipIf(process.getuid?.() !== 0)("in a process namespace [needs root, to make one]", () => {
  test("a killed command is dead to the next one of the same number", async () => {
    const folder = temporaryFolder();
    const killed = started(folder, inNamespace);
    await killed.answer();
    await killed.kill();
    const next = started(folder, inNamespace);
    const answer = await next.answer();
    const held = readFileSync(lockOf(folder), "utf8");
    await next.letGo();

    expect([answer, JSON.parse(held).pid]).toEqual(["in", 1]);
  });

  test("a live command keeps its lock from one outside, which names it", async () => {
    const folder = temporaryFolder();
    const live = started(folder, inNamespace);
    await live.answer();
    const refused = await errorText(() => enter(folder));
    await live.letGo();

    expect(refused).toMatch(
      /^another command is changing demo \(pid 1 on \S+, process namespace pid:\[\d+\], since /,
    );
    expect(await enter(folder)).toBe("in");
  });
});

test("a lock from before a reboot is dead", async () => {
  const folder = temporaryFolder();
  write(folder, "at-work.json", JSON.stringify(HOLDER));

  expect(await enter(folder)).toBe("in");
});

test("a lock whose writer was killed in the middle of it is dead", async () => {
  const folder = temporaryFolder();
  write(folder, "at-work.json", JSON.stringify(HOLDER).slice(0, 20));

  expect(await enter(folder)).toBe("in");
});

test("a lock of another machine is never taken, and said how to look and what to remove", async () => {
  const folder = temporaryFolder();
  write(folder, "at-work.json", JSON.stringify({ ...HOLDER, host: "elsewhere" }));

  expect(await errorText(() => enter(folder))).toBe(
    `a command on another machine was changing demo and has not said that it ended (pid 1 on elsewhere, process namespace pid:[1], since 2026-11-28T08:00:00.000Z; lock: ${lockOf(folder)})\n` +
      "  → look whether it still runs: on elsewhere, ps -p 1\n" +
      `  → if it does not: rm ${lockOf(folder)}, then run this again`,
  );
  expect(JSON.parse(readFileSync(lockOf(folder), "utf8")).host).toBe("elsewhere");
});

test("a folder that cannot be written is said, and what to do", async () => {
  const folder = temporaryFolder();
  const place = join(write(folder, "file", ""), "below");

  expect(await errorText(() => enter(place))).toMatch(
    /at-work\.json: cannot be written \(ENOTDIR[^\n]*\n {2}→ check the folder's owner and mode$/,
  );
});

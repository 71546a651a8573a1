import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { projectRoot } from "../../../core/home.ts";
import { run } from "../../../runners/run.ts";

const reason = spawnSync("jq", ["--version"]).error === undefined ? "" : " [skipped: no jq here]";

const day = (number: number, time = "12:00:00") => `2026-11-${String(number).padStart(2, "0")}T${time}Z`;
const entry = (id: string, made: number, kind: string, ...tags: readonly string[]) => ({
  ...{ id, time: day(made), tags: [`exploreiot-${kind}`, "deployment=demo", ...tags] },
});
const base = (id: string, line: string, part: number, made: number, from?: string) =>
  entry(
    id,
    made,
    "base",
    ...[`line=${line}`, `part=${part}`, ...(from === undefined ? [] : [`from=${from}`])],
  );
const log = (id: string, line: string, part: number, until: string) =>
  entry(id, 1, "archive", `line=${line}`, `part=${part}`, `until=${until}`, "lsn=0/1");

/** The backups that the program in the image would remove on the 29th, where moments from `before` on are kept. */
async function gone(all: readonly object[], before: string, current = "two") {
  const library = join(projectRoot, "images/backup/lib/archive.sh");
  const { stdout } = await run(
    [
      ...(["bash", "-euc", '. "$0"; exec jq -c "$@" "$TAGGED $OLD_ARCHIVE"', library] as const),
      ...["--arg", "current", current, "--arg", "before", before, "--arg", "orphaned", day(28)],
    ],
    { input: JSON.stringify(all), env: { ...process.env, BACKUP_DEPLOYMENT: "demo", state: "/nowhere" } },
  );
  const { from, gone: ids } = JSON.parse(stdout) as { from: string | null; gone: string[] };
  return { from, gone: ids.sort() };
}

describe.skipIf(reason !== "")(`what the archive keeps${reason}`, () => {
  const written = [
    base("b1", "two", 1, 10, day(10)),
    log("a1", "two", 1, day(11)),
    log("a2", "two", 2, day(13, "10:00:00")),
    log("a3", "two", 2, day(13)),
    base("b2", "two", 2, 13, day(13)),
    log("a10", "two", 10, day(28)),
    base("b3", "two", 10, 28, day(28)),
    log("a11", "two", 10, day(29)),
  ];

  test("is the last snapshot of each part, and all base backups, while the days are not over", async () => {
    expect(await gone(written, day(1))).toEqual({ from: day(10), gone: ["a10", "a2"] });
  });

  test("is the base backup from before the days, with all that follows it", async () => {
    expect(await gone(written, day(13, "11:59:59"))).toEqual({ from: day(10), gone: ["a10", "a2"] });
    expect(await gone(written, day(13))).toEqual({ from: day(13), gone: ["a1", "a10", "a2", "b1"] });
    // The log of the line that is written stays, no matter how old.
    expect(await gone(written, day(30))).toEqual({
      from: day(28),
      gone: ["a1", "a10", "a2", "a3", "b1", "b2"],
    });
  });

  test("is nothing of a line that ended before the days, and of a base backup without an end for a day", async () => {
    const former = [
      base("f1", "one", 1, 2, day(2)),
      log("f2", "one", 1, day(4)),
      log("f3", "one", 1, day(5)),
    ];

    expect((await gone([...former, ...written], day(5))).gone).toEqual(["a10", "a2", "f2"]);
    expect((await gone([...former, ...written], day(5, "12:00:01"))).gone).toEqual([
      ...["a10", "a2", "f1", "f2", "f3"],
    ]);
    const unfinished = [base("u1", "two", 10, 27), base("u2", "two", 10, 29)];
    expect((await gone([...unfinished, ...written], day(1))).gone).toEqual(["a10", "a2", "u1"]);
  });

  test("is nothing at all, some days after it was turned off", async () => {
    expect((await gone(written, day(30), "")).gone).toHaveLength(written.length);
    expect(await gone([], day(30))).toEqual({ from: null, gone: [] });
  });
});

/** What the program in the image would rehearse of the line `two`, without ids of what it is not. */
async function rehearsed(all: readonly object[]) {
  const lib = join(projectRoot, "images/backup/lib");
  const { stdout } = await run(
    [
      "bash",
      "-euc",
      '. "$0/archive.sh"; . "$0/verification.sh"; jq -c --arg line two "$TAGGED $NEWEST_BASE"',
      lib,
    ],
    {
      input: JSON.stringify(all),
      env: { ...process.env, BACKUP_DEPLOYMENT: "demo", state: "/nowhere", scratch: "" },
    },
  );
  return JSON.parse(stdout);
}

describe.skipIf(reason !== "")(`what is rehearsed of the archive${reason}`, () => {
  const sized = (entry: object, bytes: number) => ({ ...entry, summary: { total_bytes_processed: bytes } });

  test("is the newest base backup with its time, and all log of its line behind it", async () => {
    const all = [
      base("other", "one", 1, 28, day(28)),
      log("otherlog", "one", 1, day(29)),
      sized(base("b1", "two", 1, 10, day(10)), 100),
      log("a1", "two", 1, day(11)),
      sized(base("b2", "two", 2, 13, day(13)), 1000),
      log("a2", "two", 2, day(13, "10:00:00")),
      sized(log("a3", "two", 2, day(13)), 10),
      sized(log("a4", "two", 3, day(20)), 20),
      base("unfinished", "two", 3, 20),
    ];

    expect(await rehearsed(all)).toEqual({
      ...{ base: "b2", from: day(13), to: day(20), lsn: "0/1", logs: ["a3", "a4"] },
      ...{ whole: true, bytes: 1060 },
    });
    expect((await rehearsed(all.filter((_, index) => index !== 6 && index !== 5))).whole).toBe(false);
  });

  test("is nothing while no moment can be reached", async () => {
    expect(await rehearsed([])).toBeNull();
    expect(await rehearsed([log("a1", "two", 1, day(11))])).toBeNull();
    expect(await rehearsed([base("b1", "two", 1, 10, day(10)), log("a1", "two", 1, day(9))])).toBeNull();
  });
});

/** A group of restic's dry run. */
const group = (keep: readonly object[], remove: readonly object[] = []) => ({ keep, remove });
const made = (id: string, day: number, ...tags: readonly string[]) => ({
  ...{ id, time: `2026-11-${day}T12:00:00Z`, tags: ["deployment=demo", ...tags] },
});
const backup = (id: string, day: number, ...tags: readonly string[]) =>
  made(id, day, "exploreiot", `of=${day}`, ...tags);
const dump = (id: string, day: number) => made(id, day, "exploreiot-dump", `of=${day}`);

/** The ids of the snapshots of this deployment, as the program in the image lists them. */
async function inOrder(listed: readonly object[]): Promise<readonly string[]> {
  const { stdout } = await run(
    [
      "bash",
      "-euc",
      'files=/nowhere state=/nowhere private=/nowhere; . "$0"; listed() { cat; }; snapshots',
      join(projectRoot, "images/backup/lib/repository.sh"),
    ],
    { input: JSON.stringify(listed), env: { ...process.env, BACKUP_DEPLOYMENT: "demo", BACKUP_TARGET: "" } },
  );
  return (JSON.parse(stdout) as { id: string }[]).map(({ id }) => id);
}

test.skipIf(reason !== "")(`a backup that is ahead of the clock is not the latest${reason}`, async () => {
  const later = (id: string, hours: number) => ({
    ...backup(id, 20, `of=${id}`),
    time: new Date(Date.now() + hours * 3_600_000).toISOString(),
  });
  const all = [later("ahead", 380 * 24), later("now", -1), later("before", -48), later("soon", 0.5)];
  expect(await inOrder(all)).toEqual(["ahead", "before", "now", "soon"]);
});

/** The backups and dumps that the program in the image would remove. */
async function old(listed: readonly object[]): Promise<readonly string[]> {
  const library = join(projectRoot, "images/backup/lib/repository.sh");
  const { stdout } = await run(
    ["bash", "-euc", 'files=/nowhere state=/nowhere private=/nowhere; . "$0"; exec jq -r "$OLD"', library],
    { input: JSON.stringify(listed), env: { ...process.env, BACKUP_DEPLOYMENT: "demo", BACKUP_TARGET: "" } },
  );
  return stdout.split("\n").filter(Boolean);
}

describe.skipIf(reason !== "")(`backups that go${reason}`, () => {
  const dumps = group([dump("d1", 11), dump("d1b", 11), dump("d2", 12), dump("d3", 13)], [dump("d4", 14)]);
  const archive = group([made("a1", 10, "exploreiot-archive")]);

  test("take their dumps with them, and a dump of a backup that was cut short goes too", async () => {
    expect(await old([group([backup("b2", 12)], [backup("b1", 11)]), dumps, archive])).toEqual([
      ...["b1", "d1", "d1b", "d3", "d4"],
    ]);
    // The rules of restic count dumps by themselves; what they say of these is not heard.
    expect(await old([group([backup("b4", 14)]), dumps])).toEqual(["d1", "d1b", "d2", "d3"]);
  });

  test("are not the last verified one, whose dumps stay with it", async () => {
    const verified = [backup("b1", 11, "verified"), backup("b2", 12, "verified")];
    expect(await old([group([backup("b3", 13)], verified), dumps, archive])).toEqual([
      ...["b1", "d1", "d1b", "d4"],
    ]);
  });
});

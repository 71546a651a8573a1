import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { projectRoot } from "../../../core/home.ts";
import { run } from "../../../runners/run.ts";
import { temporaryFolder, write } from "../../support/temporary-folder.ts";

const reason = spawnSync("jq", ["--version"]).error === undefined ? "" : " [skipped: no jq here]";

const HOUR = 3600;
const now = () => Math.floor(Date.now() / 1000);
const inHours = (hours: number) => new Date((now() + hours * HOUR) * 1000).toISOString().replace(/\.\d+/, "");

/** The time of day in UTC, so many hours from now. */
const clock = (hours: number) => inHours(hours).slice(11, 16);

interface Record {
  /** Hours from now. @default - none was made */
  readonly made?: number;

  /** Hours from now at which the container was first started. */
  readonly since: number;

  /** Hours from now at which the last one failed. @default - it did not */
  readonly failed?: number;

  /** Hours from now at which the container was started. @default - as `since` */
  readonly started?: number;
}

/** What functions of the program in the image print, with these files where it keeps its state. */
async function printed(
  words: string,
  { made, since, failed, started = since }: Record,
  { archive, ...env }: { readonly archive?: object; readonly [variable: string]: unknown },
): Promise<readonly string[]> {
  const state = temporaryFolder();
  write(state, "since", String(now() + since * HOUR));
  write(state, "started", String(now() + started * HOUR));
  const failure = failed === undefined ? null : { at: inHours(failed), reason: "the repository is full" };
  const at = made === undefined ? null : inHours(made);
  write(state, "last.json", JSON.stringify({ at, failed: failure, bytes: 1, seconds: 2 }));
  for (const [name, content] of Object.entries(archive ?? {}))
    write(state, `archive/${name}`, typeof content === "string" ? content : JSON.stringify(content));
  const { stdout } = await run(
    [
      "bash",
      "-euc",
      `for part in archive metrics schedule; do . "$0/$part.sh"; done; started=$state/started; recorded() { cat "$state/last.json"; }; ${words}`,
      join(projectRoot, "images/backup/lib"),
    ],
    { env: { ...process.env, BACKUP_DEPLOYMENT: "demo", BACKUP_ARCHIVE_OLDEST: "", ...env, state } },
  );
  return stdout.trimEnd().split("\n");
}

/** Whether the program in the image would make a backup now, and since when it waits for one, in hours from now. */
async function asked(
  schedule: object,
  record: Record,
): Promise<readonly [isDue: boolean, since: number | "never"]> {
  const words = "if is_due; then echo true; else echo false; fi; baseline";
  const [isDue, baseline] = await printed(words, record, { ...schedule });
  return [isDue === "true", baseline === "0" ? "never" : Math.round((Number(baseline) - now()) / HOUR)];
}

const YEARS = 3 * 365 * 24;

describe.skipIf(reason !== "")(`the schedule of backups${reason}`, () => {
  test("makes one a day at its time, and one that was missed", async () => {
    // Each for a time of day that is over, and for one to come, which was last yesterday.
    for (const [at, last] of [
      [-2, -2],
      [2, -22],
    ] as const) {
      const schedule = { BACKUP_AT: clock(at) };
      expect(await asked(schedule, { since: -100, made: last - 1 })).toEqual([true, last - 1]);
      expect(await asked(schedule, { since: -100, made: last + 1 })).toEqual([false, last + 1]);
      expect(await asked(schedule, { since: last - 1 })).toEqual([true, last - 1]);
      expect(await asked(schedule, { since: last + 1 })).toEqual([false, last + 1]);
    }
  });

  test("makes one after so many seconds", async () => {
    const schedule = { BACKUP_EVERY: String(12 * HOUR) };
    expect(await asked(schedule, { since: -100, made: -13 })).toEqual([true, -13]);
    expect(await asked(schedule, { since: -100, made: -11 })).toEqual([false, -11]);
  });

  test("waits a quarter of an hour behind one that failed, and not behind one that a stop has cut short", async () => {
    const schedule = { BACKUP_EVERY: String(12 * HOUR) };
    const isTried = async (failed: number, started: number) =>
      (await asked(schedule, { since: -100, made: -13, failed, started }))[0];
    expect([await isTried(-0.2, -1), await isTried(-0.3, -1)]).toEqual([false, true]);
    expect([await isTried(-0.2, -0.1), await isTried(YEARS, -1)]).toEqual([true, true]);
  });

  test.each([
    ["at a time that is over", () => ({ BACKUP_AT: clock(-2) })],
    ["at a time to come", () => ({ BACKUP_AT: clock(2) })],
    ["every half day", () => ({ BACKUP_EVERY: String(12 * HOUR) })],
  ])("waits for no moment that a clock which was ahead has left: %s", async (_, schedule) => {
    expect(await asked(schedule(), { since: -100, made: YEARS })).toEqual([true, "never"]);
    expect(await asked(schedule(), { since: YEARS })).toEqual([true, "never"]);
    // A clock that is set back by minutes brings no backup with it.
    expect((await asked(schedule(), { since: -100, made: 0.6 }))[0]).toBe(false);
  });
});

test.skipIf(reason !== "")(
  `a schedule that began while the clock was ahead begins again${reason}`,
  async () => {
    const [began] = await printed(
      [
        'date() { if [ -e "$state/right" ]; then command date "$@"; else echo 4000000000; fi; }',
        'say() { :; }; replace() { cat >"$1"; }; is_due() { return 1; }; looked=$state/looked',
        'serve_metrics() { touch "$state/right"; }',
        'wait() { echo "$(($(cat "$started") - $(command date +%s)))"; exit 0; }; sleep() { :; }',
        "HOSTNAME=here BACKUP_TARGET=there BACKUP_AT=02:30; schedule",
      ].join("\n"),
      { since: -100 },
      {},
    );
    expect(Number(began)).toBeLessThanOrEqual(0);
    expect(Number(began)).toBeGreaterThan(-60);
  },
);

describe.skipIf(reason !== "")(`what the archive takes for its last moment${reason}`, () => {
  const on = { BACKUP_ARCHIVE_OLDEST: "300" };
  const yes = "&& echo true || echo false";

  test("is none that is ahead of the clock: the next base backup is due, and it is behind since it began", async () => {
    const behind = async (until: number) => {
      const archive = { "shipped.json": { until: inHours(until) } };
      const [at] = await printed("archived_at", { since: -100, started: -2 }, { ...on, archive });
      return Math.round((Number(at) - now()) / HOUR);
    };
    expect([await behind(-1), await behind(0.6), await behind(YEARS)]).toEqual([-1, 1, -2]);

    const isDue = async (last: number) => {
      const archive = {
        "shipped.json": {},
        line: "one 1",
        "bases.json": { line: "one", last: inHours(last) },
      };
      const [due] = await printed(`base_is_due ${yes}`, { since: -100, made: -1 }, { ...on, archive });
      return due === "true";
    };
    expect([await isDue(-13), await isDue(-2), await isDue(YEARS)]).toEqual([true, false, true]);
  });

  test("and Prometheus is told of none at all then, so that its age rings", async () => {
    const told = async (at: number) => {
      const archive = { "shipped.json": { until: inHours(at) }, "verified.json": { at: inHours(at) } };
      const lines = await printed(
        'measure; cat "$metrics/backup.prom"',
        { since: -100, made: at },
        { ...on, archive },
      );
      return lines.filter((line) => line.includes("timestamp")).map((line) => line.split(" ")[1]);
    };
    const hourAgo = await told(-1);
    expect(hourAgo.map((at) => Math.round((Number(at) - now()) / HOUR))).toEqual([
      -1,
      expect.any(Number),
      -1,
      -1,
    ]);
    expect(await told(YEARS)).toEqual(["0", "0", "0", "0"]);
  });
});

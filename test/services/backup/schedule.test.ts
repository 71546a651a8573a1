import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { projectRoot } from "../../../core/home.ts";
import { run } from "../../../runners/run.ts";
import { temporaryFolder, write } from "../../support/temporary-folder.ts";

const reason = spawnSync("jq", ["--version"]).error === undefined ? "" : " [skipped: no jq here]";

const HOUR = 3600;
const now = () => Math.floor(Date.now() / 1000);
const inHours = (hours: number) => new Date((now() + hours * HOUR) * 1000).toISOString();

/** The time of day in UTC, so many hours from now. */
const clock = (hours: number) => inHours(hours).slice(11, 16);

interface Record {
  /** Hours from now. @default - none was made */
  readonly made?: number;

  /** Hours from now at which the container was first started. */
  readonly since: number;
}

/** Whether the program in the image would make a backup now, and since when it waits for one, in hours from now. */
async function asked(
  schedule: object,
  { made, since }: Record,
): Promise<readonly [isDue: boolean, since: number | "never"]> {
  const state = temporaryFolder();
  write(state, "since", String(now() + since * HOUR));
  write(state, "last.json", JSON.stringify({ at: made === undefined ? null : inHours(made), failed: null }));
  const { stdout } = await run(
    [
      "bash",
      "-euc",
      '. "$0"; recorded() { cat "$state/last.json"; }; if is_due; then echo true; else echo false; fi; baseline',
      join(projectRoot, "images/backup/lib/schedule.sh"),
    ],
    { env: { ...process.env, ...schedule, state } },
  );
  const [isDue, baseline] = stdout.split("\n");
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

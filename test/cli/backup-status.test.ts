import { describe, expect, test } from "vitest";
import { archiveLines, backupLine, reportOf, safetyOf } from "../../cli/backup-status.ts";
import type { LastBackup } from "../../core/backup-manifest.ts";
import { containerSpec } from "../support/stack.ts";

const spec = containerSpec("backup", {
  block: {
    env: [
      "BACKUP_OLDEST=172800",
      "BACKUP_VERIFY=2",
      "BACKUP_ARCHIVE_OLDEST=300",
      "BACKUP_TARGET=/srv/backups",
    ],
  },
});
const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
const record = (given: Partial<LastBackup>): LastBackup => ({
  ...{ at: null, id: null, verified: null, failed: null, bytes: 0, seconds: 0, archive: null },
  ...given,
});
const good = record({ at: ago(5), id: "abcdef0123", verified: { at: ago(4), id: "abcdef0123" } });

describe("the report of backups", () => {
  test("has no problem while the last one is fresh", () => {
    const report = reportOf(spec, good);
    expect(report).toEqual({
      repository: "/srv/backups",
      last: { at: good.at, id: "abcdef0123" },
      verified: good.verified,
      problems: [],
    });
    expect(backupLine(report)).toBe("backup: last 5 h ago, verified 4 h ago, in /srv/backups");
    expect(safetyOf(report)).toBe("the last verified backup is 4 h old (abcdef01)");
  });

  test("nor before the first one, which is told", () => {
    const report = reportOf(spec, record({}));
    expect(report.problems).toEqual([]);
    expect(backupLine(report)).toBe("backup: none yet, in /srv/backups");
    expect(safetyOf(report)).toMatch(/^there is no verified backup/);
    expect(safetyOf(undefined)).toMatch(/^there is no verified backup/);
  });

  test("tells the age of one that is too old, and of the last verified one by how often that is done", () => {
    const at = ago(49);
    expect(reportOf(spec, { ...good, at, verified: { at, id: "abcdef0123" } }).problems).toEqual([
      "the last backup is 2 d old, and 2 d is the most: exploreiot backup makes one now",
    ]);
    expect(reportOf(spec, { ...good, verified: { at: ago(97), id: "f00" } }).problems).toEqual([
      "the last verified backup is 4 d old: exploreiot backup verify looks at the last one",
    ]);
  });

  test("tells what a clock that was ahead has left, which is of no age", () => {
    const [at, then] = [ago(-24 * 380), ago(-1)];
    expect(reportOf(spec, { ...good, at, verified: { at: then, id: "abcdef0123" } }).problems).toEqual([
      `the last backup is of ${at}, ahead of this machine's clock: exploreiot backup makes one now`,
      `the last verification is of ${then}, ahead of this machine's clock: exploreiot backup verify looks at the last one`,
    ]);
    const archive = { from: ago(5), until: ago(0), behind: 9, failed: null };
    const rehearsed = { at: then, from: ago(4), to: ago(0) };
    expect(reportOf(spec, { ...good, archive: { ...archive, verified: rehearsed } }).problems).toEqual([
      `the archive's last verification is of ${then}, ahead of this machine's clock: exploreiot backup verify replays its log`,
    ]);
  });

  test("tells what failed last", () => {
    const failed = { at: ago(1), reason: "the backup: /srv/backups is full" };
    const report = reportOf(spec, { ...good, failed });
    expect(report.problems).toEqual([`${failed.at}: the backup: /srv/backups is full`]);
    expect(safetyOf(report)).toBe(
      `the last verified backup is 4 h old (abcdef01), and not fresh: ${report.problems[0]}`,
    );
  });

  test("tells which moments the archive has, and how far it is behind", () => {
    const until = "2026-11-29T14:00:00.250Z";
    const archive = {
      from: "2026-11-22T02:31:00.000Z",
      until,
      behind: 300,
      verified: { at: ago(5), from: "2026-11-28T02:31:00.000Z", to: until },
      failed: { at: until, reason: "locked" },
    };
    const report = reportOf(spec, { ...good, archive });

    expect([report.archive, report.problems]).toEqual([
      { from: archive.from, until, behind: 300, verified: archive.verified },
      [],
    ]);
    expect(archiveLines(report)).toEqual([
      "archive: any moment from 2026-11-22T02:31:00.000Z to 2026-11-29T14:00:00.250Z, 300 s behind, verified 5 h ago",
    ]);
    expect(archiveLines(reportOf(spec, good))).toEqual([]);
  });

  test("has a problem with an archive that is further behind than it may be, with its reason", () => {
    const archive = { from: null, until: null, behind: 301, verified: null, failed: null };
    const problem = "the archive is 5 minutes behind, and that much would be lost with the machine";
    const failed = { at: "2026-11-29T14:00:00Z", reason: "/srv/backups is full" };

    expect(reportOf(spec, { ...good, archive }).problems).toEqual([problem]);
    expect(reportOf(spec, { ...good, archive: { ...archive, failed } }).problems).toEqual([
      `${problem}: /srv/backups is full`,
    ]);
    expect(archiveLines(reportOf(spec, { ...good, archive }))).toEqual([
      "archive: no moment can be restored yet",
    ]);
  });

  test("has a problem with an archive that was not replayed for as long as a backup may go unverified", () => {
    const archive = { from: ago(97), until: ago(0), behind: 9, verified: null, failed: null };
    const verified = { at: ago(98), from: ago(99), to: ago(98) };
    const told = "exploreiot backup verify replays its log";
    const never = reportOf(spec, { ...good, archive });

    expect(never.problems).toEqual([`the archive was never verified in 4 d: ${told}`]);
    expect(archiveLines(never)).toEqual([expect.stringMatching(/, 9 s behind, not verified$/)]);
    expect(reportOf(spec, { ...good, archive: { ...archive, verified } }).problems).toEqual([
      `the archive was last verified 4 d ago: ${told}`,
    ]);
    expect(reportOf(spec, { ...good, archive: { ...archive, from: ago(95) } }).problems).toEqual([]);
  });
});

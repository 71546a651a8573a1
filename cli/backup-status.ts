import type { LastBackup } from "../core/backup-manifest.ts";
import { UserError } from "../core/errors.ts";
import { isAhead } from "../core/fresh.ts";
import { variableOf } from "../runners/containers.ts";
import { archiveOldestOf, backupOf, lastBackupOf, oldestOf } from "../runners/docker/backup.ts";
import type { ContainerSpec, Stack } from "../runners/stack.ts";
import { ageOf } from "./age.ts";
import type { BackupReport } from "./status-output.ts";

/** How the backups of a deployment are; undefined where it makes none, or the container does not run, which its line says. */
export async function backupReport(stack: Stack): Promise<BackupReport | undefined> {
  const spec = backupOf(stack);
  if (spec === undefined) return undefined;
  try {
    return reportOf(spec, await lastBackupOf(spec));
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** Judges the record of a backup container. */
export function reportOf(
  spec: ContainerSpec,
  { at, id, verified, failed, archive }: LastBackup,
): BackupReport {
  const oldest = oldestOf(spec);
  const each = Number(variableOf(spec, "BACKUP_VERIFY"));
  const again = "exploreiot backup makes one now";
  const look = "exploreiot backup verify looks at the last one";
  return {
    repository: variableOf(spec, "BACKUP_TARGET") ?? "",
    ...(at === null || id === null ? {} : { last: { at, id } }),
    ...(verified === null ? {} : { verified }),
    ...(archive === null ? {} : { archive: known(archive) }),
    problems: [
      ...ahead("the last backup", at, again),
      ...(at !== null && isOld(at, oldest)
        ? [
            `the last backup is ${ageOf(at)} old, and ${ageOf(new Date(Date.now() - oldest * 1000).toISOString())} is the most: ${again}`,
          ]
        : []),
      ...ahead("the last verification", verified?.at, look),
      ...(verified !== null && isOld(verified.at, oldest * each)
        ? [`the last verified backup is ${ageOf(verified.at)} old: ${look}`]
        : []),
      ...(failed === null ? [] : [`${failed.at}: ${failed.reason}`]),
      ...(archive === null ? [] : behindTooMuch(archive, archiveOldestOf(spec))),
      ...ahead("the archive's last verification", archive?.verified?.at, REPLAY),
      ...(archive === null ? [] : notRehearsed(archive, oldest * each)),
    ],
  };
}

const REPLAY = "exploreiot backup verify replays its log";

const ahead = (what: string, at: string | null | undefined, remedy: string): readonly string[] =>
  at != null && isAhead(new Date(at))
    ? [`${what} is of ${at}, ahead of this machine's clock: ${remedy}`]
    : [];

const isOld = (moment: string, seconds: number) => Date.now() - Date.parse(moment) > seconds * 1000;

type ArchiveState = NonNullable<LastBackup["archive"]>;

const known = ({ from, until, behind, verified }: ArchiveState) => ({
  ...(from === null ? {} : { from }),
  ...(until === null ? {} : { until }),
  behind,
  ...(verified === null ? {} : { verified }),
});

const behindTooMuch = ({ behind, failed }: ArchiveState, most: number): readonly string[] =>
  behind <= most
    ? []
    : [
        `the archive is ${Math.floor(behind / 60)} minutes behind, and that much would be lost with the machine${failed === null ? "" : `: ${failed.reason}`}`,
      ];

/** @param most the age in seconds, also that of an archive which never was */
const notRehearsed = ({ from, verified }: ArchiveState, most: number): readonly string[] => {
  const since = verified?.at ?? from;
  if (since === null || !isOld(since, most)) return [];
  return [
    `the archive was ${verified === null ? `never verified in ${ageOf(since)}` : `last verified ${ageOf(since)} ago`}: ${REPLAY}`,
  ];
};

/** A line for a person about the archive; none where there is no archive. */
export function archiveLines({ archive }: BackupReport): readonly string[] {
  if (archive === undefined) return [];
  const { from, until, behind, verified } = archive;
  const proven = verified === undefined ? "not verified" : `verified ${ageOf(verified.at)} ago`;
  return [
    from === undefined || until === undefined
      ? "archive: no moment can be restored yet"
      : `archive: any moment from ${from} to ${until}, ${behind} s behind, ${proven}`,
  ];
}

/** One line for a person. */
export function backupLine({ repository, last, verified }: BackupReport): string {
  const made = last === undefined ? "none yet" : `last ${ageOf(last.at)} ago`;
  const good = verified === undefined ? "none verified" : `verified ${ageOf(verified.at)} ago`;
  return `backup: ${last === undefined ? made : `${made}, ${good}`}, in ${repository}`;
}

/** For one whose data is in danger: whether there is anything to go back to. */
export function safetyOf(report: BackupReport | undefined): string {
  if (report?.verified === undefined)
    return "there is no verified backup of it: exploreiot backup makes one, where backup.enabled is true";
  const { at, id } = report.verified;
  return report.problems.length === 0
    ? `the last verified backup is ${ageOf(at)} old (${id.slice(0, 8)})`
    : `the last verified backup is ${ageOf(at)} old (${id.slice(0, 8)}), and not fresh: ${report.problems.join("; ")}`;
}

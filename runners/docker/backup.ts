import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { z } from "zod";
import { type Range, rangesOf, readArchive } from "../../core/archive.ts";
import { type LastBackup, lastBackup } from "../../core/backup-manifest.ts";
import { UserError } from "../../core/errors.ts";
import { filesOfSite, siteFileOf } from "../../core/known-sites.ts";
import { roleOf } from "../../core/labels.ts";
import { keepNamedFiles } from "../../core/named-files.ts";
import { ofRole, variableOf } from "../containers.ts";
import { run } from "../run.ts";
import type { ContainerSpec, Stack } from "../stack.ts";
import { CUT_SHORT, execIn } from "./exec.ts";

/** One that is at work already; images/backup/backup says which. */
const BUSY = 75;

/** Of a program that was ended by SIGKILL, or SIGTERM: by itself, or with its container. */
const KILLED = [137, 143];

const snapshotList = z.array(
  z.object({
    id: z.string(),
    at: z.string(),
    verified: z.boolean(),
    bytes: z.int(),
    added: z.int(),
  }),
);

export type Snapshot = z.output<typeof snapshotList>[number];

/** The container that makes the backups; undefined where `backup.enabled` is false. */
export const backupOf = (stack: Stack): ContainerSpec | undefined => ofRole(stack, "backup");

/** @throws UserError where the deployment makes none */
export function backupIn(stack: Stack): ContainerSpec {
  const spec = backupOf(stack);
  if (spec !== undefined) return spec;
  throw new UserError(
    `${stack.name}: makes no backups`,
    "set backup.enabled: true in its site file, then: exploreiot up",
  );
}

/**
 * Runs a verb of the backup's own program, and says its lines as they come.
 *
 * @returns what it prints on standard output
 * @throws UserError in its own words, also where its container does not run
 */
export async function askBackup(
  { name }: ContainerSpec,
  command: readonly string[],
  { onLine, input }: { readonly onLine?: (line: string) => void; readonly input?: string | Uint8Array } = {},
): Promise<string> {
  const { code, stdout, stderr } = await execIn(name, ["backup", ...command], {
    expected: [0, 1, BUSY, ...KILLED],
    ...(input === undefined ? {} : { input }),
    ...(onLine && { onLine: ownLine(onLine) }),
  });
  if (code === 0) return stdout;
  if (KILLED.includes(code) || stderr.endsWith(`${CUT_SHORT}\n`))
    throw new UserError(
      `${name}: was stopped or killed before it came to the end of: backup ${command.join(" ")}`,
      "what is in the repository is whole; run the same command again, behind exploreiot up where the container is gone",
    );
  const lines = stderr.trim().split("\n");
  const last = lines.at(-1)?.replace(/^backup: /, "") ?? "";
  if (code === BUSY) throw new UserError(`${name}: ${last}`);
  throw new UserError(
    `${name}: ${last}`,
    ...(/No such container|is not running/.test(last)
      ? ["exploreiot up brings it up"]
      : ["nothing of what is in the repository is lost; run the same command again when that is put right"]),
  );
}

/** Its own lines without its name; restic's and PostgreSQL's as they are. */
const ownLine = (say: (line: string) => void) => (line: string) => {
  if (line.startsWith("backup: ")) say(line.slice("backup: ".length));
};

export const listBackups = async (spec: ContainerSpec): Promise<readonly Snapshot[]> =>
  snapshotList.parse(JSON.parse(await askBackup(spec, ["list"])));

/** The stretches of time of which any moment can be restored, oldest first. */
export const archivedRanges = async (spec: ContainerSpec): Promise<readonly Range[]> =>
  rangesOf(readArchive(await askBackup(spec, ["archive"])));

/** The notes of its container about the last one. */
export const lastBackupOf = async (spec: ContainerSpec): Promise<LastBackup> =>
  lastBackup.parse(JSON.parse(await askBackup(spec, ["state"])));

/** The age in seconds at which the last one is too old. */
export const oldestOf = (spec: ContainerSpec): number => Number(variableOf(spec, "BACKUP_OLDEST"));

/** How many seconds the archive may be behind. */
export const archiveOldestOf = (spec: ContainerSpec): number =>
  Number(variableOf(spec, "BACKUP_ARCHIVE_OLDEST"));

/** Whose locks, and drafts of a verb that works, mean nothing elsewhere. */
const LEFT_OUT = ["./at-work.json", "./last-synthesis.json", "./.draft-*"];

/**
 * Gives the deployment's own directory (secrets, keys, Terraform's state, what it was made from) to the container that
 * makes backups, for the next one. It goes through the engine's own way, and stands in no JSON and no state.
 *
 * @param home the deployment's own directory
 */
export async function handOverHome(stack: Stack, home: string): Promise<void> {
  const spec = backupIn(stack);
  const more = mkdtempSync(join(tmpdir(), "exploreiot-backup-"));
  try {
    const images = Object.fromEntries(
      stack.containers.map((container) => [roleOf(container), container.image]),
    );
    writeFileSync(join(more, "images.json"), JSON.stringify(images));
    const siteFile = siteFileOf(stack.name);
    if (siteFile !== undefined) {
      mkdirSync(join(more, "site-file"));
      copyFileSync(siteFile, join(more, "site-file", basename(siteFile)));
      keepNamedFiles(filesOfSite(stack.name), dirname(resolve(siteFile)), more);
    }
    const left = LEFT_OUT.map((name) => `--exclude=${name}`);
    const { stdout } = await run(["tar", "--create", ...left, "-C", home, ".", "-C", more, "."], {
      binary: true,
    });
    await askBackup(spec, ["home"], { input: Buffer.from(stdout, "latin1") });
  } finally {
    rmSync(more, { recursive: true, force: true });
  }
}

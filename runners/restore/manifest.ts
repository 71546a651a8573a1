import { z } from "zod";
import { type BackupManifest, backupManifest } from "../../core/backup-manifest.ts";
import { UserError } from "../../core/errors.ts";
import { POSTGRES_MAJOR } from "../../core/postgres-major.ts";
import { type Repository, restic } from "./repository.ts";

/**
 * The manifest of a snapshot.
 *
 * @throws UserError for one that cannot be restored into this deployment by this version of the kit
 */
export async function manifestOf(
  repository: Repository,
  snapshot: string,
  deployment: string,
): Promise<BackupManifest> {
  const { stdout } = await restic(repository, ["dump", snapshot, "/snapshot/manifest.json"]);
  const manifest = readManifest(stdout, snapshot);
  const short = snapshot.slice(0, 8);
  if (manifest.deployment !== deployment)
    throw new UserError(
      `snapshot ${short} is of deployment ${manifest.deployment}, and this is ${deployment}`,
    );
  const { postgres, kit } = manifest;
  if (postgres !== null && postgres.major > POSTGRES_MAJOR)
    throw new UserError(
      `snapshot ${short} holds data of PostgreSQL ${postgres.major}, and this version of the kit runs PostgreSQL ${POSTGRES_MAJOR}`,
      `restore it with the version of the kit that made it: ${kit}`,
    );
  return manifest;
}

const VERSION = backupManifest.shape.version.value;
const otherManifest = z.looseObject({
  version: z
    .int()
    .positive()
    .refine((version) => version !== VERSION),
  kit: z.string(),
});

/** Kits of 29 November 2026 wrote 1; their version, 0.2.0, is that of later ones as well. */
const READS_ONE = "commit 4acbf6a0c270";

/** @throws UserError for a text that is no whole manifest of a version which this kit reads */
export function readManifest(text: string, snapshot: string): BackupManifest {
  const value = parsed(text);
  const other = otherManifest.safeParse(value);
  if (other.success)
    throw new UserError(
      `snapshot ${snapshot.slice(0, 8)}: its manifest is of version ${other.data.version}, and this version of the kit reads ${VERSION}`,
      `restore it with the version of the kit that made it: ${other.data.kit}${other.data.version === 1 ? `, ${READS_ONE}` : ""}`,
    );
  const { success, data, error } = backupManifest.safeParse(value);
  if (success) return data;
  const [issue] = error.issues;
  throw new UserError(
    `snapshot ${snapshot.slice(0, 8)}: its manifest.json is not what this version of the kit reads (${issue?.path.join(".") || "the whole"}: ${issue?.message})`,
    "take another snapshot: --snapshot ID; or the version of the kit that made this one",
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

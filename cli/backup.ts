import { createHash } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { foldersNotInBackups } from "../config/warnings.ts";
import { FILES } from "../core/container-folders.ts";
import { UserError } from "../core/errors.ts";
import { readIfThere } from "../core/private-files.ts";
import { variableOf } from "../runners/containers.ts";
import {
  archivedRanges,
  askBackup,
  backupIn,
  handOverHome,
  lastBackupOf,
  listBackups,
} from "../runners/docker/backup.ts";
import { execIn } from "../runners/docker/exec.ts";
import { refuseForeignContainers } from "../runners/guards.ts";
import type { ContainerSpec } from "../runners/stack.ts";
import { isSpread } from "../runners/swarm/place.ts";
import { REPOSITORY_PASSWORD } from "../services/backup/definition.ts";
import { ageOf } from "./age.ts";
import { printJson } from "./json.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { progress } from "./progress.ts";
import { synthesizeAnywhere } from "./synthesize.ts";
import { renderTable } from "./table.ts";
import { VERBS } from "./verbs.ts";

interface Options {
  readonly config: string;
  readonly json?: true;
}

const repository = z.string().describe("as backup.repository has it, or the volume that stands for it");
const id = z.string().describe("of the snapshot, as restic has it");

export const backupOutput = z.strictObject({
  deployment: z.string(),
  repository,
  id,
  at: z.string().describe("the moment that it is of, RFC 3339 in UTC"),
  verified: z.boolean().describe("whether it was restored and compared, which backup.verify decides"),
  bytes: z.int().describe("the bytes that were read, before deduplication and compression"),
  seconds: z.int().describe("that the snapshot took, without its verification"),
  password: z.string().describe("file of the repository's password on this machine"),
});

export const backupListOutput = z.strictObject({
  deployment: z.string(),
  repository,
  snapshots: z
    .array(
      z.strictObject({
        id,
        at: z.string().describe("RFC 3339 in UTC"),
        verified: z.boolean(),
        bytes: z.int().describe("the bytes that were read"),
        added: z.int().describe("the bytes that it added to the repository"),
      }),
    )
    .readonly()
    .describe("oldest first"),
  moments: z
    .array(z.strictObject({ from: z.string(), until: z.string() }))
    .readonly()
    .describe("stretches of time, RFC 3339 in UTC, of which restore --to restores any moment; oldest first"),
});

export const backupVerifyOutput = z.strictObject({
  deployment: z.string(),
  repository,
  id,
  at: z.string().describe("when it was verified, RFC 3339 in UTC"),
});

export const backupCheckOutput = z.strictObject({
  deployment: z.string(),
  repository,
  whole: z.literal(true).describe("every byte is as it was written; anything else is an error"),
});

/** Its containers are this checkout's, and it makes backups. */
async function found({ config }: Options) {
  const { deployment, stack, home } = await synthesizeAnywhere(config);
  const spec = backupIn(stack);
  await refuseForeignContainers(deployment.name, home);
  return {
    deployment,
    stack,
    home,
    spec,
    common: { deployment: deployment.name, repository: targetOf(spec) },
  };
}

const targetOf = (spec: ContainerSpec): string => variableOf(spec, "BACKUP_TARGET") as string;

const list = verb("list", "list the backups in the repository, oldest first")
  .addOption(configOption())
  .addOption(jsonOption())
  .action(async (options: Options) => {
    const { spec, common } = await found(options);
    const snapshots = await listBackups(spec);
    const moments = await archivedRanges(spec);
    if (options.json) {
      printJson(backupListOutput, { ...common, snapshots, moments });
      return;
    }
    if (snapshots.length === 0)
      console.log(`there is no backup in ${common.repository} yet: exploreiot backup makes one`);
    else
      console.log(
        renderTable(
          ["id", "made", "age", "verified", "size", "added"],
          snapshots.map(({ id, at, verified, bytes, added }) => [
            ...[id.slice(0, 8), `${at.slice(0, 19)}Z`, ageOf(at), verified ? "yes" : "no"],
            ...[mebibytes(bytes), mebibytes(added)],
          ]),
        ),
      );
    for (const { from, until } of moments)
      console.log(`any moment from ${from} to ${until}: exploreiot restore --to TIME`);
  });

const verify = verb(
  "verify",
  "restore a backup into a throw-away server and compare it with what was counted when it was made; without an id the archive's log is replayed as well",
  "backup verify 7daf131c",
)
  .argument("[id]", "as backup list shows it; default: the last one")
  .addOption(configOption())
  .addOption(jsonOption())
  .action(async (id: string | undefined, options: Options) => {
    const { spec, common } = await found(options);
    const said = await askBackup(spec, ["verify", ...(id === undefined ? [] : [id])], { onLine: progress });
    const verified = z.strictObject({ id: z.string(), at: z.string() }).parse(JSON.parse(said));
    if (options.json) printJson(backupVerifyOutput, { ...common, ...verified });
    else console.log(`${verified.id.slice(0, 8)} is good: restored, counted and compared.`);
  });

const check = verb("check", "read every byte of the repository and compare it with its hash")
  .addOption(configOption())
  .addOption(jsonOption())
  .action(async (options: Options) => {
    const { spec, common } = await found(options);
    await askBackup(spec, ["check"], { onLine: progress });
    if (options.json) printJson(backupCheckOutput, { ...common, whole: true });
    else console.log(`${common.repository} is whole.`);
  });

export const backupCommand = verb("backup", VERBS.backup, "backup")
  .addOption(configOption())
  .addOption(jsonOption())
  .addHelpText(
    "after",
    "\nBackups by a schedule need no command: backup.at or backup.every in the site file.",
  )
  .action(async (options: Options) => {
    const { deployment, stack, home, spec, common } = await found(options);
    if (isSpread()) await refuseOtherSecrets(spec, home);
    for (const line of foldersNotInBackups(deployment)) progress(`warning: ${line}`);
    await handOverHome(stack, home);
    await askBackup(spec, ["now"], { onLine: progress });
    const { id, at, verified, bytes, seconds } = await lastBackupOf(spec);
    if (id === null || at === null) throw new Error("a backup left no record");
    const isVerified = verified?.id === id;
    const password = join(home, "secrets", REPOSITORY_PASSWORD);
    if (options.json) {
      printJson(backupOutput, { ...common, id, at, verified: isVerified, bytes, seconds, password });
      return;
    }
    console.log(
      `${id.slice(0, 8)}: ${mebibytes(bytes)} in ${seconds} s${isVerified ? ", restored and compared" : ""}.`,
    );
    const isFirst = (await listBackups(spec)).length === 1;
    if (isFirst)
      console.log(
        `The repository's password is in ${password}. Without it every backup is lost: keep a copy of it elsewhere.`,
      );
  })
  .addCommand(list)
  .addCommand(verify)
  .addCommand(check);

/** On a swarm no label says whose containers they are, and a backup has to hold the secrets that they run on. */
async function refuseOtherSecrets({ name }: ContainerSpec, home: string): Promise<void> {
  const path = join(home, "secrets", REPOSITORY_PASSWORD);
  const { stdout } = await execIn(name, ["sha256sum", `${FILES}/password`]);
  const here = createHash("sha256")
    .update(readIfThere(path) ?? "")
    .digest("hex");
  if (stdout.startsWith(here)) return;
  throw new UserError(
    `${path} is not the password of the repository that the swarm writes to, so this checkout has other secrets than the swarm`,
    `copy secrets/ of the folder that ./start.sh ran in to ${join(home, "secrets")}; its schedule makes backups meanwhile`,
  );
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

import { resolve } from "node:path";
import { Option } from "commander";
import { z } from "zod";
import { momentOf } from "../core/archive.ts";
import { UserError } from "../core/errors.ts";
import { deploy } from "../runners/deploy.ts";
import { dataVolumes, presentVolumes } from "../runners/docker/data-volumes.ts";
import { deleteBefore } from "../runners/restore/former.ts";
import { type Brought, bringHome } from "../runners/restore/home.ts";
import { repositoryOf } from "../runners/restore/reach.ts";
import { type Restored, restore } from "../runners/restore/restore.ts";
import { undoRestore } from "../runners/restore/undo.ts";
import { refuseWithoutTerminal, typeName } from "./ask.ts";
import { printJson } from "./json.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { interruptSignal, progress } from "./progress.ts";
import { synthesize } from "./synthesize.ts";
import { VERBS } from "./verbs.ts";

interface Options {
  readonly config: string;
  readonly json?: true;
  readonly snapshot: string;
  readonly to?: string;
  readonly from?: string;
  readonly passwordFile?: string;
  readonly credentials?: string;
  readonly into?: string;
  readonly rehearse?: true;
  readonly broker?: true;
  readonly deleteFormer?: true;
  readonly undo?: true;
  readonly yes?: true;
}

export const restoreOutput = z.strictObject({
  deployment: z.string(),
  snapshot: z
    .strictObject({ id: z.string(), made: z.string().describe("RFC 3339") })
    .exactOptional()
    .describe("absent with --delete-former and --undo"),
  to: z.string().exactOptional().describe("with --to: the moment that the database is of, RFC 3339 in UTC"),
  compared: z
    .strictObject({ tables: z.int(), rows: z.int() })
    .exactOptional()
    .describe(
      "the restored tables and rows, which are as the backup recorded; with --to those of the database at that moment; absent with --delete-former and --undo",
    ),
  volumes: z
    .array(
      z.strictObject({
        volume: z.string(),
        former: z.string().exactOptional().describe("keeps its data of before; absent where it had none"),
        back: z
          .string()
          .exactOptional()
          .describe("with --undo: had kept the data that the volume holds again, and still has it"),
      }),
    )
    .readonly()
    .describe("hold the snapshot's data now, with --undo that of before; none with --rehearse"),
  deleted: z.array(z.string()).readonly().describe("volumes with data of before, with --delete-former"),
});

export const restoreCommand = verb("restore", VERBS.restore)
  .addOption(configOption())
  .addOption(jsonOption())
  .option("--snapshot <id>", "which one, as backup list names it", "latest")
  .option("--to <time>", "bring the database to that moment, with its zone: 2026-11-29T14:03:00Z; or latest")
  .option(
    "--from <repository>",
    "onto a machine that has nothing yet: a folder, or restic's sftp:, s3:, rest:",
  )
  .option("--password-file <file>", "with --from: the repository's password")
  .option(
    "--credentials <folder>",
    "with --from: a file for each variable of its server, AWS_ACCESS_KEY_ID or so",
  )
  .option("--into <folder>", "with --from: where the site file goes (default: this folder)")
  .option("--rehearse", "only read it, restore it next to the data of now, and compare; nothing is replaced")
  .option("--broker", "replace the broker's store too, and with it the readings that wait there")
  .addOption(
    new Option(
      "--undo",
      "go back to the data from before the last restore; a second run undoes that",
    ).conflicts(["snapshot", "from", "rehearse", "broker", "deleteFormer"]),
  )
  .option("--delete-former", "delete the volumes that keep the data of before earlier restores")
  .option("--yes", "do not ask before data is replaced or deleted")
  .addHelpText(
    "after",
    `
Every table is compared with what the backup recorded, before anything is replaced. Services that use the data are stopped then, and
readings wait in the broker. The data of before is kept in volumes of its own: --undo goes back to it, --delete-former
deletes it. Run it again after any interruption.

With --to the database alone is brought to the moment, by the archive (backup.archive); other data stays as it is, or comes from
the backup where there is none. exploreiot backup list says which moments there are.

Onto a new machine: exploreiot restore --from /mnt/backups --password-file password

Example: exploreiot restore -c site.yaml`,
  )
  .action(async (options: Options) => {
    const signal = interruptSignal();
    if (options.deleteFormer) return deleteFormer(options);
    if (options.undo) return undo(options, signal);
    const moment = options.to === undefined ? {} : { to: momentOf(options.to) };
    const { from, json, rehearse: rehearsal = false, broker = false } = options;
    const brought = from === undefined ? undefined : await bring({ ...options, from }, signal);
    const { deployment, stack, home } = await synthesize(brought?.site ?? options.config);
    const repository = brought?.repository ?? repositoryOf(stack);
    const present = await presentVolumes();
    if (!rehearsal && dataVolumes(stack).some((volume) => present.has(volume)))
      await confirm(options, `replace the data of ${deployment.name}`, deployment.name);
    const context = { stack, home, report: progress, signal };
    const snapshot = brought?.snapshot.id ?? options.snapshot;
    const restored = await restore({ ...context, repository, snapshot, ...moment, rehearsal, broker });
    if (!rehearsal) await deploy({ ...context, runner: "auto" });
    if (json) printJson(restoreOutput, { deployment: deployment.name, ...restored, deleted: [] });
    else for (const line of told(restored, rehearsal)) console.log(line);
  });

async function bring(options: Options & { readonly from: string }, signal: AbortSignal): Promise<Brought> {
  const { passwordFile, credentials, into = ".", from, snapshot } = options;
  if (passwordFile === undefined)
    throw new UserError(`--from ${from}: needs the repository's password`, "add --password-file FILE");
  return bringHome({
    ...{ from, passwordFile, snapshot, signal, report: progress, into: resolve(into) },
    ...(credentials === undefined ? {} : { credentials }),
  });
}

async function deleteFormer(options: Options): Promise<void> {
  const { deployment, stack, home } = await synthesize(options.config, { unjudged: true });
  await confirm(
    options,
    `delete the data of ${deployment.name} from before earlier restores`,
    deployment.name,
  );
  const deleted = await deleteBefore({ stack, home, report: progress });
  if (options.json) printJson(restoreOutput, { deployment: deployment.name, volumes: [], deleted });
  else console.log(deleted.length === 0 ? "There is none." : `Deleted: ${deleted.join(", ")}.`);
}

async function undo(options: Options, signal: AbortSignal): Promise<void> {
  const { deployment, stack, home } = await synthesize(options.config);
  await confirm(
    options,
    `replace the data of ${deployment.name} by that of before the last restore`,
    deployment.name,
  );
  const context = { stack, home, report: progress, signal };
  const volumes = await undoRestore(context);
  await deploy({ ...context, runner: "auto" });
  if (options.json) printJson(restoreOutput, { deployment: deployment.name, volumes, deleted: [] });
  else
    for (const { volume, back, former } of volumes)
      console.log(
        `${volume}: holds again what ${back} keeps${former === undefined ? "" : `; ${former} keeps what it held until now`}.`,
      );
}

function told({ snapshot, to, compared, volumes }: Restored, rehearsal: boolean): readonly string[] {
  const short =
    to === undefined ? `snapshot ${snapshot.id.slice(0, 8)} of ${snapshot.made}` : `the database of ${to}`;
  const equal = `${compared.rows} rows in ${compared.tables} tables${to === undefined ? " are as recorded" : ""}`;
  if (rehearsal) return [`${short} can be restored: ${equal}. Nothing was replaced.`];
  return [
    `${short} is restored: ${equal}.`,
    ...volumes.map(({ volume, former }) =>
      former === undefined
        ? `${volume}: restored; it held nothing before.`
        : `${volume}: restored; ${former} keeps its data of before.`,
    ),
  ];
}

async function confirm({ yes }: Options, what: string, name: string): Promise<void> {
  if (yes) return;
  refuseWithoutTerminal(`to ${what}`);
  await typeName(name, `This will ${what}.`, "nothing was changed");
}

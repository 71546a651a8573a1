import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Moment } from "../../core/archive.ts";
import type { BackupManifest } from "../../core/backup-manifest.ts";
import { UserError } from "../../core/errors.ts";
import { variableOf } from "../containers.ts";
import { run } from "../run.ts";
import type { ContainerSpec } from "../stack.ts";
import { confinedAs } from "../throw-away.ts";
import { UPGRADE_PROGRAM } from "../upgrade/step.ts";
import { BASE, CLUSTER, LOG, onVolumes, RESTORE_ROLE, RESTORED, SNAPSHOT } from "./staging.ts";

export interface Compared {
  readonly tables: number;
  readonly rows: number;
}

interface Rehearsal {
  readonly manifest: BackupManifest;

  /** That the database is brought to. @default - it is filled from the dumps of the snapshot */
  readonly moment: Moment | undefined;

  /** The database of the deployment. @default - it has none */
  readonly postgres: ContainerSpec | undefined;

  /** Volume with the files of the snapshot. */
  readonly staging: string;

  /** The image that works on files. */
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Makes of the files of a snapshot what services will run on, next to what they run on now, and compares all of it with
 * what the backup recorded. Of a moment nobody recorded a table: there the files of the base backup, the log up to the
 * moment and each page of the result are checked, and each table is read.
 *
 * @throws UserError that names what differs
 */
export async function rehearse(rehearsal: Rehearsal): Promise<Compared> {
  await compareFiles(rehearsal);
  const { postgres, manifest, moment } = rehearsal;
  if (postgres !== undefined && moment !== undefined)
    return counted(await recover(rehearsal, postgres, moment));
  if (postgres === undefined || manifest.postgres === null) return { tables: 0, rows: 0 };
  return compareTables(manifest, await load(rehearsal, postgres));
}

/** A line for each: files and bytes of each folder, and a hash of the broker's file. */
const COUNT = `cd ${RESTORED}/${SNAPSHOT}
for folder in "$@"; do
  [ -d "$folder" ] || { echo "no such folder"; continue; }
  find "$folder" -type f -printf '%s\\n' | awk '{ bytes += $1 } END { printf "%d files, %d bytes\\n", NR, bytes }'
done
[ ! -f broker/mosquitto.db ] || sha256sum <broker/mosquitto.db | cut -d' ' -f1`;

/** @throws UserError where a volume's files are not as many, or not as large, as recorded, or the broker's are others */
async function compareFiles({ manifest, staging, image, labels, signal }: Rehearsal): Promise<void> {
  const { stdout } = await onVolumes({
    ...{ image, labels, signal, program: COUNT, args: manifest.volumes.map(folderOf) },
    mounts: [`${staging}:${RESTORED}:ro`],
  });
  const found = stdout.split("\n");
  const recorded = [
    ...manifest.volumes.map(
      (entry) => [folderOf(entry), `${entry.files} files, ${entry.bytes} bytes`] as const,
    ),
    ...(manifest.broker === null ? [] : [["broker/mosquitto.db", manifest.broker.sha256] as const]),
  ];
  const wrong = recorded.flatMap(([name, value], index) =>
    found[index] === value ? [] : [`${name}: ${value} recorded, ${found[index] || "nothing"} restored`],
  );
  if (wrong.length > 0) throw notWhole(wrong);
}

/** Of a volume, below the snapshot. */
export const folderOf = ({ service, name }: BackupManifest["volumes"][number]): string =>
  `volumes/${service}/${name}`;

const table = z.object({
  database: z.string(),
  schema: z.string(),
  table: z.string(),
  rows: z.int(),
  checksum: z.string(),
});

type Table = z.output<typeof table>;

/** Fills a cluster from the dumps. */
const load = (rehearsal: Rehearsal, postgres: ContainerSpec): Promise<readonly Table[]> =>
  makeCluster(rehearsal, postgres, {
    owned: [`${RESTORED}/${SNAPSHOT}/postgres`],
    step: ["load", `${RESTORED}/${SNAPSHOT}/postgres`],
  });

/** Replays the log on a base backup. */
async function recover(
  rehearsal: Rehearsal,
  postgres: ContainerSpec,
  { to, lsn }: Moment,
): Promise<readonly Table[]> {
  const found = await makeCluster(rehearsal, postgres, {
    owned: [`${RESTORED}/${BASE}`, `${RESTORED}/${LOG}`],
    step: ["recover", `${RESTORED}/${BASE}/base.tar`, `${RESTORED}/${LOG}`, to, lsn],
  });
  const { image, labels, staging } = rehearsal;
  await onVolumes({
    ...{ image, labels, mounts: [`${staging}:${RESTORED}`] },
    program: 'rm -rf "$1" "$2"',
    args: [`${RESTORED}/${BASE}`, `${RESTORED}/${LOG}`],
  });
  return found;
}

/** The cluster is the server's user's alone; what it is made from can be reached. */
const OWN = `user=$1 cluster=$2; shift
mkdir -p "$cluster"
for folder; do chown -R "$user" "$folder"; chmod 0755 "\${folder%/*}"; done
chmod 0700 "$cluster"`;

interface Making {
  /** Folders that the server's user needs as well. */
  readonly owned: readonly string[];

  /** Of the shell program. */
  readonly step: readonly string[];
}

/** Makes a cluster in the staging volume, with the server that the deployment runs. */
async function makeCluster(
  { staging, image, labels, report, signal }: Rehearsal,
  postgres: ContainerSpec,
  { owned, step }: Making,
): Promise<readonly Table[]> {
  const cluster = `${RESTORED}/${CLUSTER}`;
  await onVolumes({
    ...{ image, labels, signal, mounts: [`${staging}:${RESTORED}`] },
    program: OWN,
    args: [postgres.block.user ?? "", cluster, ...owned],
  });
  const data = (variableOf(postgres, "PGDATA") ?? "").split("/").at(-1);
  const { code, stdout, stderr } = await run(
    [
      ...(["docker", "run", "--rm", "--network", "none", ...confinedAs(postgres, RESTORE_ROLE)] as const),
      ...["--env", `PGDATA=${cluster}/${data}`, "--volume", `${staging}:${RESTORED}`],
      ...["--entrypoint", "/bin/sh", postgres.image, "-c", readFileSync(UPGRADE_PROGRAM, "utf8"), "restore"],
      ...step,
    ],
    {
      ...{ signal, expected: Array.from({ length: 256 }, (_, index) => index) },
      onLine: (line) => line.startsWith("upgrade: ") && report(line.replace("upgrade: ", "rehearsal: ")),
    },
  );
  if (code !== 0)
    throw new UserError(
      `the database was not restored (exit code ${code})\n${stderr.trim().split("\n").slice(-8).join("\n")}`,
      "nothing was replaced; fix what the lines above say, or take another snapshot: --snapshot ID",
    );
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => table.parse(JSON.parse(line)));
}

/** How many tables that differ an error names. */
const NAMED = 10;

/** @throws UserError that names the tables which differ */
export function compareTables({ postgres }: BackupManifest, found: readonly Table[]): Compared {
  const recorded = (postgres?.databases ?? []).flatMap(({ name, tables }) =>
    tables.map((entry) => ({ database: name, ...entry })),
  );
  const told = ({ rows, checksum }: Pick<Table, "rows" | "checksum">) => `${rows} rows (${checksum})`;
  const byName = (tables: readonly Table[]) =>
    new Map(tables.map((entry) => [`${entry.database}.${entry.schema}.${entry.table}`, told(entry)]));
  const [before, after] = [byName(recorded), byName(found)];
  const wrong = [...new Set([...before.keys(), ...after.keys()])].flatMap((name) =>
    before.get(name) === after.get(name)
      ? []
      : [`${name}: ${before.get(name) ?? "no such table"} recorded, ${after.get(name) ?? "none"} restored`],
  );
  if (wrong.length > 0)
    throw notWhole([...wrong.slice(0, NAMED), `${wrong.length} of ${before.size} tables`]);
  return counted(found);
}

const counted = (found: readonly Table[]): Compared => ({
  tables: found.length,
  rows: found.reduce((sum, { rows }) => sum + rows, 0),
});

const notWhole = (lines: readonly string[]) =>
  new UserError(
    ["what was restored is not what the backup recorded; nothing was replaced", ...lines].join("\n"),
    "take another snapshot: exploreiot backup list -c CONFIG, exploreiot restore --snapshot ID -c CONFIG",
  );

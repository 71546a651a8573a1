import { readFileSync } from "node:fs";
import { z } from "zod";
import type { BackupManifest } from "../../core/backup-manifest.ts";
import { UserError } from "../../core/errors.ts";
import { variableOf } from "../containers.ts";
import { run } from "../run.ts";
import type { ContainerSpec } from "../stack.ts";
import { confinedAs } from "../throw-away.ts";
import { UPGRADE_PROGRAM } from "../upgrade/step.ts";
import { CLUSTER, onVolumes, RESTORE_ROLE, RESTORED, SNAPSHOT } from "./staging.ts";

export interface Compared {
  readonly tables: number;
  readonly rows: number;
}

interface Rehearsal {
  readonly manifest: BackupManifest;

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
 * what the backup recorded.
 *
 * @throws UserError that names what differs
 */
export async function rehearse(rehearsal: Rehearsal): Promise<Compared> {
  await compareFiles(rehearsal);
  const { postgres, manifest } = rehearsal;
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

/** Fills a cluster from the dumps, with the server that the deployment runs. */
async function load(
  { staging, image, labels, report, signal }: Rehearsal,
  postgres: ContainerSpec,
): Promise<readonly Table[]> {
  const cluster = `${RESTORED}/${CLUSTER}`;
  await onVolumes({
    ...{ image, labels, signal, mounts: [`${staging}:${RESTORED}`] },
    program: `mkdir -p "$1"; chown -R "$2" "$1"; chmod 0700 "$1"; chown -R "$2" "$3"; chmod 0755 "$4"`,
    args: [cluster, postgres.block.user ?? "", `${RESTORED}/${SNAPSHOT}/postgres`, `${RESTORED}/${SNAPSHOT}`],
  });
  const data = (variableOf(postgres, "PGDATA") ?? "").split("/").at(-1);
  const { code, stdout, stderr } = await run(
    [
      ...(["docker", "run", "--rm", "--network", "none", ...confinedAs(postgres, RESTORE_ROLE)] as const),
      ...["--env", `PGDATA=${cluster}/${data}`, "--volume", `${staging}:${RESTORED}`],
      ...["--entrypoint", "/bin/sh", postgres.image, "-c", readFileSync(UPGRADE_PROGRAM, "utf8"), "restore"],
      ...["load", `${RESTORED}/${SNAPSHOT}/postgres`],
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
  return { tables: found.length, rows: found.reduce((sum, { rows }) => sum + rows, 0) };
}

const notWhole = (lines: readonly string[]) =>
  new UserError(
    ["what was restored is not what the backup recorded; nothing was replaced", ...lines].join("\n"),
    "take another snapshot: exploreiot backup list -c CONFIG, exploreiot restore --snapshot ID -c CONFIG",
  );

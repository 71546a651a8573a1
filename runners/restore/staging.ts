import { type RunOptions, type RunResult, run } from "../run.ts";
import { throwAwayLabels } from "../throw-away.ts";

/** A swarm would start services again between the steps, and its volumes are on the disk of one node. */
export const INSTEAD_ON_SWARM = [
  "to see whether a backup is whole: exploreiot backup verify, which restores and compares it",
  'to bring the database of a backup back: docs/swarm.md, "To bring the database back", by exploreiot backup and exec',
];

/** Role of the containers of a restore: one that was left behind is removed by the next run. */
export const RESTORE_ROLE = "restore";

/** Where the staging volume is mounted, and what stands below it. */
export const RESTORED = "/restored";
export const SNAPSHOT = "snapshot";
export const CLUSTER = "cluster";

/** A base backup, and the log behind it. */
export const BASE = "base";
export const LOG = "log";

/** The volume that a snapshot is read into and rehearsed in. */
export const stagingVolume = (deployment: string) => `exploreiot-${deployment}-restore`;

interface Work extends RunOptions {
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;

  /** `--volume` arguments. */
  readonly mounts: readonly string[];

  /** For `sh -euc`. */
  readonly program: string;
  readonly args?: readonly string[];
}

/** Works on the files of volumes, no matter who owns them, in a container without a network. */
export const onVolumes = ({
  image,
  labels,
  mounts,
  program,
  args = [],
  ...options
}: Work): Promise<RunResult> =>
  run(
    [
      ...(["docker", "run", "--rm", "--network", "none", ...throwAwayLabels(labels, RESTORE_ROLE)] as const),
      ...["--user", "0:0", "--cap-drop", "ALL", "--cap-add", "CHOWN", "--cap-add", "DAC_OVERRIDE"],
      ...["--cap-add", "FOWNER", "--security-opt", "no-new-privileges", "--read-only"],
      ...["--memory", "256m", "--memory-swap", "256m"],
      ...mounts.flatMap((mount) => ["--volume", mount]),
      ...["--entrypoint", "/bin/sh", image, "-euc", program, RESTORE_ROLE, ...args],
    ],
    options,
  );

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { kitRoot } from "../../core/home.ts";
import { variableOf } from "../containers.ts";
import { type RunOptions, type RunResult, run } from "../run.ts";
import type { ContainerSpec } from "../stack.ts";
import { confinedAs } from "../throw-away.ts";

/** Data that an earlier version of the kit filled, and the service that has data of its own version now. */
export interface FormerData {
  readonly spec: ContainerSpec;

  /** Major version whose programs read it. */
  readonly version: number;
  readonly volume: string;

  /** Version and volume of today. */
  readonly now: { readonly version: number; readonly volume: string };
}

/** Where a step finds the older volume, if it does not serve it. */
const FORMER = "/former";

/** The shell program whose steps do the work, which a rendered folder runs as well. */
export const UPGRADE_PROGRAM = join(kitRoot, "images/backup/lib/upgrade.sh");

/** Its containers carry the deployment's labels: a verb that finds one that was left behind removes it. */
export const UPGRADE_ROLE = "upgrade";

interface Step extends RunOptions {
  readonly step: "check" | "fill" | "commit";

  /** A container whose network it joins. @default - it has none */
  readonly joins?: string;
}

/** Runs a step in the new image, on the new volume, with the old one read-only. */
export const runStep = (data: FormerData, { step, joins, ...options }: Step): Promise<RunResult> => {
  const cluster = clusterOf(data);
  const network = joins === undefined ? "none" : `container:${joins}`;
  return run(
    [
      ...(["docker", "run", "--rm", "--network", network, ...confinedAs(data.spec, UPGRADE_ROLE)] as const),
      ...["--volume", `${data.now.volume}:${dirname(cluster)}`, "--volume", `${data.volume}:${FORMER}:ro`],
      ...["--entrypoint", "/bin/sh", data.spec.image, "-c", program(), "upgrade.sh", step],
      cluster.replace(dirname(cluster), FORMER),
    ],
    options,
  );
};

/** Starts the server of the older version on its own volume, in a network that nobody else is in. */
export const startOldServer = (data: FormerData, image: string, name: string): Promise<RunResult> =>
  run([
    ...([
      "docker",
      "run",
      "--detach",
      "--name",
      name,
      "--network",
      "none",
      ...confinedAs(data.spec, UPGRADE_ROLE),
    ] as const),
    ...["--volume", `${data.volume}:${dirname(clusterOf(data))}`],
    ...["--entrypoint", "/bin/sh", image, "-c", program(), "upgrade.sh", "serve"],
  ]);

/** The folder of the cluster, below the volume: the same in every version of the kit. */
const clusterOf = ({ spec }: FormerData): string => variableOf(spec, "PGDATA") ?? "";

const program = () => readFileSync(UPGRADE_PROGRAM, "utf8");

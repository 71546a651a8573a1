import { z } from "zod";
import { UserError } from "../../core/errors.ts";
import { type Repository, restic } from "./repository.ts";

const snapshots = z.array(
  z.object({
    id: z.string(),
    time: z.string(),
    hostname: z.string(),
    tags: z.array(z.string()).default([]),
  }),
);

export type Snapshot = z.output<typeof snapshots>[number];

/** Of the kit. */
async function snapshotsOf(repository: Repository): Promise<readonly Snapshot[]> {
  const { stdout } = await restic(repository, ["snapshots", "--json", "--tag", "exploreiot"]);
  return snapshots.parse(JSON.parse(stdout));
}

/** The snapshot that is meant, of those that a repository has. */
export const chosenSnapshot = async (
  repository: Repository,
  wanted: string,
  deployment?: string,
): Promise<Snapshot> =>
  choose(await snapshotsOf(repository), { wanted, deployment, repository: repository.name });

interface Choice {
  readonly wanted: string;
  readonly deployment: string | undefined;

  /** As people name it. */
  readonly repository: string;
}

/** By as much a clock may differ from the one by which a snapshot was made. */
const AHEAD_MS = 3_600_000;

/**
 * The snapshot that is meant.
 *
 * @param listed in any order: restic has them by time, the oldest first, but for those of a clock that was wrong
 * @param wanted `latest`, or the beginning of an id
 * @param deployment whose. @default - the only one that has any there
 */
export function choose(listed: readonly Snapshot[], { wanted, deployment, repository }: Choice): Snapshot {
  const all = listed.toSorted((one, other) => Date.parse(other.time) - Date.parse(one.time));
  const own = deployment === undefined ? all : all.filter(({ hostname }) => hostname === deployment);
  const named = wanted === "latest" ? own : all.filter(({ id }) => id.startsWith(wanted));
  const hosts = [...new Set(named.map(({ hostname }) => hostname))];
  const [first] = named;
  if (first === undefined)
    throw new UserError(
      `${repository}: no snapshot ${wanted === "latest" ? `of ${deployment ?? "a deployment of the kit"}` : wanted}`,
      `it has: ${inWords(all) || "none"}`,
    );
  if (wanted === "latest" && hosts.length > 1)
    throw new UserError(
      `${repository}: has snapshots of ${hosts.join(", ")}`,
      `name one: --snapshot ID (${inWords(named)})`,
    );
  if (wanted === "latest" && Date.parse(first.time) > Date.now() + AHEAD_MS)
    throw new UserError(
      `${repository}: the newest snapshot is of ${first.time.slice(0, 16)}Z, and it is ${new Date().toISOString().slice(0, 16)}Z here: one of the two clocks was wrong, and which snapshot is the latest is not known`,
      `set the clock of this machine right, or name one: --snapshot ID (${inWords(named)})`,
    );
  if (wanted !== "latest" && named.length > 1)
    throw new UserError(`--snapshot ${wanted}: is the beginning of ${named.length} ids`, "give more of it");
  if (deployment !== undefined && first.hostname !== deployment)
    throw new UserError(
      `snapshot ${first.id.slice(0, 8)} is of deployment ${first.hostname}, and this is ${deployment}`,
      `take one of ${deployment}: ${inWords(own) || "there is none"}`,
    );
  return first;
}

const SHOWN = 10;

const inWords = (all: readonly Snapshot[]): string =>
  all
    .slice(0, SHOWN)
    .map(({ id, time, hostname }) => `${id.slice(0, 8)} (${hostname}, ${time.slice(0, 16)}Z)`)
    .join(", ");

import { z } from "zod";
import { UserError } from "../../core/errors.ts";
import { type Repository, restic } from "./repository.ts";
import { onVolumes, RESTORED } from "./staging.ts";
import type { Swap } from "./state.ts";

interface Room {
  readonly repository: Repository;
  readonly staging: string;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The files of the snapshots, and what is made of them: a cluster takes up to twice its dump, for indexes and its log. */
const TIMES_AT_REHEARSAL = 3;

const MIB = 2 ** 20;

const size = z.object({ total_size: z.int() });

/** @throws UserError where the engine's disk cannot hold what a rehearsal makes */
export async function refuseLittleRoom(room: Room, snapshots: readonly string[]): Promise<void> {
  const [{ stdout }, [free = 0]] = await Promise.all([
    restic(room.repository, ["stats", ...snapshots, "--mode", "restore-size", "--json"]),
    kibibytes(room, [], []),
  ]);
  const { total_size: bytes } = size.parse(JSON.parse(stdout));
  refuseLess(free * 1024, bytes * TIMES_AT_REHEARSAL, "a rehearsal");
}

/**
 * @param volumes whose data of now is kept
 * @throws UserError where the engine's disk cannot hold both what is kept and what takes its place
 */
export async function refuseLittleRoomForSwap(
  room: Omit<Room, "repository">,
  swaps: readonly Pick<Swap, "volume" | "source" | "from" | "former">[],
): Promise<void> {
  const kept = swaps.filter(({ former }) => former !== undefined);
  const sourceOf = ({ source = room.staging }: Pick<Swap, "source">) => source;
  const [free = 0, ...used] = await kibibytes(
    room,
    [...new Set([...swaps.map(sourceOf), ...kept.map(({ volume }) => volume)])],
    [
      ...swaps.map((swap) => `/volumes/${sourceOf(swap)}/${swap.from}`),
      ...kept.map(({ volume }) => `/volumes/${volume}`),
    ],
  );
  const needed = used.reduce((sum, kib) => sum + kib, 0);
  refuseLess(free * 1024, needed * 1024, "the data of before and of the snapshot");
}

/** What is free where the staging volume is, and what each of these folders takes. */
async function kibibytes(
  { staging, image, labels }: Omit<Room, "repository">,
  volumes: readonly string[],
  folders: readonly string[],
): Promise<readonly number[]> {
  const { stdout } = await onVolumes({
    ...{ image, labels, args: folders },
    mounts: [`${staging}:${RESTORED}`, ...volumes.map((volume) => `${volume}:/volumes/${volume}:ro`)],
    program: `df -Pk ${RESTORED} | awk 'NR == 2 { print $4 }'; for folder in "$@"; do du -sk "$folder"; done`,
  });
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => Number.parseInt(line, 10));
}

function refuseLess(free: number, needed: number, by: string): void {
  if (free > needed) return;
  throw new UserError(
    `the engine's disk has ${Math.floor(free / MIB)} MiB left, and ${by} takes up to ${Math.ceil(needed / MIB)} MiB; nothing was replaced`,
    "make room: docker system df says what takes it; exploreiot restore --delete-former deletes the data of before earlier restores",
  );
}

import { dependentsOf } from "../containers.ts";
import { presentVolumes } from "../docker/data-volumes.ts";
import { inspect } from "../docker/observe.ts";
import { run } from "../run.ts";
import type { Report } from "../runner.ts";
import type { Stack } from "../stack.ts";
import { onVolumes, RESTORED } from "./staging.ts";
import type { Swap } from "./state.ts";

interface Swapping {
  readonly stack: Stack;

  /** Needed only where a swap names no source of its own. */
  readonly staging?: string;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly report: Report;

  /** Writes down how far each volume is, before the next step begins. */
  readonly record: (swaps: readonly Swap[]) => void;
}

/** Empties a volume, and copies into it; what a run that was killed had copied is removed with the rest. */
const COPY = `find "$2" -mindepth 1 -delete
cp -a "$1/." "$2/"
[ -z "$3" ] || chown -R "$3" "$2"
sync -f "$2"`;

/**
 * Puts what was rehearsed into the place of what services ran on. Who writes to it is stopped first, and stays so. May be
 * stopped at any moment and run again: a volume is emptied only after its copy was written down as whole.
 */
export async function swapAll(swaps: readonly Swap[], swapping: Swapping): Promise<void> {
  await standStill(swaps, swapping);
  let all = swaps;
  const step = (volume: string, progress: Swap["progress"]) => {
    all = all.map((swap) => (swap.volume === volume ? { ...swap, progress } : swap));
    swapping.record(all);
  };
  for (const { volume, former, source = swapping.staging, from, user, progress } of swaps) {
    if (progress === "waiting" && former !== undefined) {
      swapping.report(`keeping the data of ${volume} in ${former}`);
      await copy(swapping, { from: `${volume}:/from:ro`, to: former, folder: "/from" });
      step(volume, "kept");
    }
    if (progress === "done") continue;
    swapping.report(`restoring ${volume}`);
    await copy(swapping, {
      from: `${source}:${RESTORED}:ro`,
      to: volume,
      folder: `${RESTORED}/${from}`,
      ...(user === undefined ? {} : { user }),
    });
    step(volume, "done");
  }
}

interface Copy {
  /** A `--volume` argument, and the folder in it. */
  readonly from: string;
  readonly folder: string;

  /** Volume. */
  readonly to: string;
  readonly user?: string;
}

const copy = ({ image, labels }: Swapping, { from, to, folder, user = "" }: Copy) =>
  onVolumes({
    ...{ image, labels },
    mounts: [from, `${to}:/to`],
    program: COPY,
    args: [folder, "/to", user],
  });

/** Ends who writes; those on the volumes are removed, so that no restart of the engine starts them half-way. */
async function standStill(swaps: readonly Swap[], { stack, report }: Swapping): Promise<void> {
  const open = swaps.filter(({ progress }) => progress !== "done").map(({ volume }) => volume);
  const mounted = stack.containers.filter(({ volumes }) => volumes.some(({ name }) => open.includes(name)));
  const dependents = mounted.flatMap((spec) => dependentsOf(stack, spec)).map(({ name }) => name);
  const names = [...new Set([...dependents, ...mounted.map(({ name }) => name)])];
  const states = await inspect(names);
  const running = states.filter(({ State }) => State.Running).map(({ Name }) => Name.slice(1));
  if (running.length > 0) {
    report(`stopping ${running.join(", ")}`);
    // Those that need others first: they end their work while the others still answer.
    for (const group of [running.filter((name) => dependents.includes(name)), running])
      if (group.length > 0) await run(["docker", "stop", ...group]);
  }
  const users = mounted
    .map(({ name }) => name)
    .filter((name) => states.some(({ Name }) => Name === `/${name}`));
  if (users.length > 0) await run(["docker", "rm", ...users]);
}

/** Name of the volume that keeps what another one held before a restore. */
export const formerName = (volume: string, now: Date): string =>
  `${volume}-before-${now.toISOString().replace(/[-:]|\.\d+/g, "")}`;

/** Which of these volumes hold files. */
export async function filled(
  volumes: readonly string[],
  { image, labels }: Pick<Swapping, "image" | "labels">,
): Promise<ReadonlySet<string>> {
  const present = await presentVolumes();
  const there = volumes.filter((volume) => present.has(volume));
  const { stdout } = await onVolumes({
    ...{ image, labels },
    mounts: there.map((volume) => `${volume}:/volumes/${volume}:ro`),
    program: `for volume in "$@"; do [ -z "$(ls -A "/volumes/$volume")" ] || echo "$volume"; done`,
    args: there,
  });
  return new Set(stdout.split("\n").filter(Boolean));
}

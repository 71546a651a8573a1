import { UserError } from "../../core/errors.ts";
import { presentVolumes } from "../docker/data-volumes.ts";
import { observe } from "../docker/observe.ts";
import type { Stack } from "../stack.ts";
import { type FormerData, runStep } from "./step.ts";

/** The data of earlier versions that is there: of each service the newest. */
export async function formerData({ containers }: Stack): Promise<readonly FormerData[]> {
  const declared = containers.flatMap((spec) => (spec.versioned?.former.length ? [spec] : []));
  if (declared.length === 0) return [];
  const present = await presentVolumes();
  return declared.flatMap((spec) => {
    const { version, volume, former = [] } = spec.versioned ?? {};
    const found = former.find((entry) => present.has(entry.volume));
    if (found === undefined || version === undefined || volume === undefined) return [];
    return [{ spec, ...found, now: { version, volume } }];
  });
}

/** How far the data of an earlier version is: `stale` was carried over, and its old server wrote to it again since. */
export type Progress = "pending" | "done" | "stale";

const PROGRESS: Readonly<Record<number, Progress>> = { 0: "done", 3: "pending", 4: "stale" };

/** Asks the two volumes themselves, in a container of the new image, which has to be there. */
export async function progressOf(data: FormerData): Promise<Progress> {
  const present = await presentVolumes();
  // A container that mounts a volume makes it.
  if (!present.has(data.now.volume)) return "pending";
  const { code } = await runStep(data, { step: "check", expected: [0, 3, 4] });
  return PROGRESS[code] as Progress;
}

/**
 * Refuses to start a service with nothing in it next to data that an earlier version of the kit left. The images have to
 * be there.
 *
 * @throws UserError that says how the data is carried over
 */
export async function refuseFormerData(stack: Stack): Promise<void> {
  const found = await formerData(stack);
  if (found.length === 0) return;
  const { containers } = await observe(stack);
  for (const data of found) {
    const state = containers.get(data.spec.name);
    const mounts = state?.Mounts?.map(({ Name }) => Name) ?? [];
    if (state?.State.Running && mounts.includes(data.now.volume)) continue;
    const progress = await progressOf(data);
    if (progress === "pending")
      throw new UserError(
        `${data.volume} holds the data of PostgreSQL ${data.version}, and this version of the kit runs PostgreSQL ${data.now.version}, which would start empty`,
        "carry the data over: exploreiot upgrade -c CONFIG (the old volume is kept)",
        `or start empty: docker volume rm ${data.volume} deletes the old data`,
      );
    if (progress === "stale") throw stale(data);
  }
}

/** @returns the error for data that an older version of the kit went on with after it was carried over */
export const stale = ({ volume, version, now }: FormerData): UserError =>
  new UserError(
    `${volume} was written to by PostgreSQL ${version} after its data was carried over to ${now.volume}: there are two histories now`,
    `to go on with the older version's, carry it over again: docker volume rm ${now.volume}; exploreiot upgrade -c CONFIG`,
    `to go on with the newer one's: docker volume rm ${volume}`,
  );

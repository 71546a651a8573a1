import { type Block, texts } from "../values.ts";

/** Whether services can be up at one time: those of profiles that have none in common are chosen one or the other. */
export function runTogether(one: Block, other: Block): boolean {
  const [ours, theirs] = [texts(one, "profiles"), texts(other, "profiles")];
  return ours.length === 0 || theirs.length === 0 || ours.some((profile) => theirs.includes(profile));
}

import { setTimeout as delay } from "node:timers/promises";
import { run } from "../run.ts";
import type { SwarmObject } from "./observe-swarm.ts";

/** How often the swarm is asked to give up a thing that it says is in use: its tasks are told to end a moment after their service. */
const TRIES = 10;
const PAUSE_MS = 1000;

/** Removes things of a stack, services first. One that is still in use stays. */
export async function removeObjects(objects: readonly SwarmObject[]): Promise<void> {
  const isService = ({ kind }: SwarmObject) => kind === "service";
  const ordered = [...objects.filter(isService), ...objects.filter((one) => !isService(one))];
  for (const { kind, name } of ordered) {
    for (let tries = 1; !(await isRemoved(kind, name)) && tries < TRIES; tries += 1) await delay(PAUSE_MS);
  }
}

const isRemoved = async (kind: SwarmObject["kind"], name: string): Promise<boolean> =>
  (await run(["docker", kind, "rm", name], { expected: [0, 1] })).code === 0;

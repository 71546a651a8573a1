import { setTimeout as delay } from "node:timers/promises";
import { run } from "../run.ts";
import type { SwarmObject } from "./observe-swarm.ts";

/** How often the swarm is asked to give up a network: a task whose service is gone is on it until it has ended, for a minute at most. */
const TRIES = 60;
const PAUSE_MS = 1000;

/** Removes things of a stack, services first. One that is still in use stays, and of these a network alone is waited for. */
export async function removeObjects(objects: readonly SwarmObject[]): Promise<void> {
  const isService = ({ kind }: SwarmObject) => kind === "service";
  const ordered = [...objects.filter(isService), ...objects.filter((one) => !isService(one))];
  for (const { kind, name } of ordered) {
    const most = kind === "network" ? TRIES : 1;
    for (let tries = 1; !(await isRemoved(kind, name)) && tries < most; tries += 1) await delay(PAUSE_MS);
  }
}

const isRemoved = async (kind: SwarmObject["kind"], name: string): Promise<boolean> =>
  (await run(["docker", kind, "rm", name], { expected: [0, 1] })).code === 0;

import { fromEngine, RefusedError } from "../docker/engine-api.ts";
import { engineInfo } from "../docker/engine-info.ts";

/** The status of an engine that is in no swarm, or a worker; and of a manager without a leader. */
const NO_MANAGER = 503;

/** A list of the swarm; an empty one where this engine is no manager of any. */
export async function fromManager<T>(
  path: string,
  query?: Readonly<Record<string, string>>,
): Promise<readonly T[]> {
  try {
    return (await fromEngine<readonly T[]>(path, query)) ?? [];
  } catch (error) {
    if (error instanceof RefusedError && error.status === NO_MANAGER && (await managesNone())) return [];
    throw error;
  }
}

/** A manager that is not ready, or has lost the others, has the same status as an engine without a swarm. */
async function managesNone(): Promise<boolean> {
  const { LocalNodeState, ControlAvailable } = await partInSwarm();
  return LocalNodeState === "inactive" || (LocalNodeState === "active" && !ControlAvailable);
}

/** Whether this engine is in a swarm and manages none of it: only a manager knows what is on it. */
export async function isWorker(): Promise<boolean> {
  const { LocalNodeState, ControlAvailable } = await partInSwarm();
  return LocalNodeState === "active" && !ControlAvailable;
}

async function partInSwarm() {
  const { Swarm } = await engineInfo();
  const { LocalNodeState = "inactive", ControlAvailable = false } = Swarm ?? {};
  return { LocalNodeState, ControlAvailable };
}

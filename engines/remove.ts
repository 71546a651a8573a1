import { alone } from "./deploy-lock.ts";
import { removeContainers } from "./docker/clear-the-way.ts";
import { forgetDataVolumes } from "./docker/data-volumes.ts";
import { engineVersion } from "./docker/engine-check.ts";
import { labelled } from "./docker/observe.ts";
import type { Report } from "./engine.ts";
import { engineNamed } from "./pick.ts";
import { deleteRecord, readRecord } from "./record.ts";
import { run } from "./run.ts";
import type { Stack } from "./stack.ts";
import { readOwned } from "./terraform/state.ts";

export interface RemoveOptions {
  readonly stack: Stack;
  readonly home: string;
  readonly deleteData: boolean;
  readonly report: Report;
  readonly signal?: AbortSignal;
}

export interface Removed {
  readonly containers: number;

  /** Volumes that were deleted; empty unless that was asked for. */
  readonly volumes: readonly string[];
}

/** Takes a deployment down with the engine that made it, and sweeps up what an interrupted run may have left. */
export const remove = (options: RemoveOptions): Promise<Removed> =>
  alone(options.stack.name, options.home, () => takeDown(options));

async function takeDown({ stack, home, deleteData, report, signal }: RemoveOptions): Promise<Removed> {
  await engineVersion();
  const before = await labelled(stack.name);
  const recorded = readRecord(home)?.engine;
  const { addresses } =
    recorded === "compose" && stack.backend !== "local" ? { addresses: [] } : await readOwned(stack, home);
  const madeBy = addresses.length > 0 ? "terraform" : (recorded ?? "compose");
  const context = { stack, home, report, ...(signal === undefined ? {} : { signal }) };
  const engine = engineNamed(madeBy);
  const reason = before.length === 0 ? undefined : await engine.unavailable(context);
  if (reason === undefined) await engine.down(context);
  else report(`${madeBy} made it but cannot run here now (${reason}): removing the containers directly`);
  await removeContainers(await labelled(stack.name));
  await run(["docker", "network", "rm", ...stack.networks.map(({ name }) => name)], { expected: [0, 1] });
  deleteRecord(home);
  const volumes = deleteData ? await deleteVolumes(stack) : [];
  if (deleteData) forgetDataVolumes(home);
  return { containers: before.length, volumes };
}

async function deleteVolumes({ volumes }: Stack): Promise<readonly string[]> {
  if (volumes.length === 0) return [];
  const { stdout } = await run(["docker", "volume", "rm", "--force", ...volumes]);
  return stdout.split("\n").filter(Boolean);
}

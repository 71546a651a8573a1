import { UserError } from "../core/errors.ts";
import { removeContainers } from "./docker/clear-the-way.ts";
import { forgetDataVolumes, refuseForeignData } from "./docker/data-volumes.ts";
import { networksOf, refuseStrangers, removeNetworks } from "./docker/networks.ts";
import { labelled } from "./docker/observe.ts";
import type { Engine, EngineContext, Report } from "./engine.ts";
import { guarded } from "./guards.ts";
import { engineNamed } from "./pick.ts";
import { deleteRecord, readRecord } from "./record.ts";
import { run } from "./run.ts";
import type { Stack } from "./stack.ts";
import { LockedState } from "./terraform/failure.ts";
import { readOwned, setAsideDamagedState } from "./terraform/state.ts";

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

/**
 * Takes a deployment down with the engine that made it. What an interrupted run left, and what that engine cannot
 * remove, is removed by its labels and names: the engine is there to take it down in order and to keep its own books.
 *
 * @throws UserError if something of somebody else stands in the way; nothing was removed then
 */
export const remove = (options: RemoveOptions): Promise<Removed> =>
  guarded({ name: options.stack.name, ...options }, () => takeDown(options));

async function takeDown({ stack, home, deleteData, report, signal }: RemoveOptions): Promise<Removed> {
  const context = { stack, home, report, ...(signal === undefined ? {} : { signal }) };
  if (deleteData) await refuseForeignData(stack, home);
  const before = await labelled(stack.name);
  const networks = networksOf(stack, before);
  const claimed = deleteData ? stack.volumes.map(({ name }) => name) : [];
  await refuseStrangers({ networks, volumes: claimed, ours: before });
  setAsideDamagedState(stack, home, report);
  const engine = await makerOf(stack, home);
  const reason = before.length === 0 ? "nothing of it runs" : await engine.unavailable(context);
  if (reason === undefined) await withEngine(engine, context);
  else if (before.length > 0) report(`${engine.name} made it but cannot run here now (${reason})`);
  await removeContainers(await labelled(stack.name));
  await removeNetworks(networks);
  deleteRecord(home);
  const volumes = deleteData ? await deleteVolumes(stack) : [];
  if (deleteData) forgetDataVolumes(home);
  return { containers: before.length, volumes };
}

/** The engine whose books tell of the deployment. */
async function makerOf(stack: Stack, home: string): Promise<Engine> {
  const recorded = readRecord(home)?.engine;
  // A state elsewhere is asked only where Terraform may have made it: it can be out of reach.
  const isCompose = recorded === "compose" && stack.backend !== "local";
  const { addresses } = isCompose ? { addresses: [] } : await readOwned(stack, home);
  return engineNamed(addresses.length > 0 ? "terraform" : (recorded ?? "compose"));
}

/** Takes it down in order; what the engine cannot is left to the sweep that follows. */
async function withEngine(engine: Engine, context: EngineContext): Promise<void> {
  const { stack, report } = context;
  try {
    await engine.down(context);
  } catch (error) {
    if (!(error instanceof UserError) || error instanceof LockedState || context.signal?.aborted) throw error;
    report(`${error.message}\nremoving the rest of ${stack.name} directly`);
  }
}

async function deleteVolumes({ volumes }: Stack): Promise<readonly string[]> {
  if (volumes.length === 0) return [];
  const { stdout } = await run(["docker", "volume", "rm", "--force", ...volumes.map(({ name }) => name)]);
  return stdout.split("\n").filter(Boolean);
}

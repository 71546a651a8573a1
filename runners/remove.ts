import { UserError } from "../core/errors.ts";
import { removeContainers } from "./docker/clear-the-way.ts";
import {
  forgetDataVolumes,
  formerVolumes,
  presentVolumes,
  refuseForeignData,
} from "./docker/data-volumes.ts";
import { networksOf, refuseStrangers, removeNetworks } from "./docker/networks.ts";
import { labelled } from "./docker/observe.ts";
import { guarded } from "./guards.ts";
import { runnerNamed } from "./pick.ts";
import { deleteRecord, readRecord } from "./record.ts";
import { stagingVolume } from "./restore/staging.ts";
import { readRestore, writeRestore } from "./restore/state.ts";
import { run } from "./run.ts";
import type { Report, Runner, RunnerContext } from "./runner.ts";
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
 * Takes a deployment down with the runner that made it. Things that an interrupted run left, and those that this runner
 * cannot remove, are removed by their labels and names: the runner is there to take it down in order and to keep its own books.
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
  const claimed = deleteData ? await volumesOf(stack, home) : [];
  await refuseStrangers({ networks, volumes: claimed, ours: before });
  setAsideDamagedState(stack, home, report);
  const runner = await makerOf(stack, home);
  const reason = before.length === 0 ? "nothing of it runs" : await runner.unavailable(context);
  if (reason === undefined) await withRunner(runner, context);
  else if (before.length > 0) report(`${runner.name} made it but cannot run here now (${reason})`);
  await removeContainers(await labelled(stack.name));
  await removeNetworks(networks);
  deleteRecord(home);
  const volumes = deleteData ? await deleteVolumes(stack, home) : [];
  if (deleteData) {
    writeRestore(home, { former: [] });
    const left = await forgetDataVolumes(stack, home);
    if (left.length > 0)
      report(
        `not deleted, since the configuration does not name them any more: docker volume rm ${left.join(" ")}`,
      );
  }
  return { containers: before.length, volumes };
}

/** The runner whose books tell of the deployment. */
async function makerOf(stack: Stack, home: string): Promise<Runner> {
  const recorded = readRecord(home)?.runner;
  // A state elsewhere is asked only where Terraform may have made it: it can be out of reach.
  const isCompose = recorded === "compose" && stack.backend !== "local";
  const { addresses } = isCompose ? { addresses: [] } : await readOwned(stack, home);
  return runnerNamed(addresses.length > 0 ? "terraform" : (recorded ?? "compose"));
}

/** Takes it down in order; what the runner cannot is left to the sweep that follows. */
async function withRunner(runner: Runner, context: RunnerContext): Promise<void> {
  const { stack, report } = context;
  try {
    await runner.down(context);
  } catch (error) {
    if (!(error instanceof UserError) || error instanceof LockedState || context.signal?.aborted) throw error;
    report(`${error.message}\nremoving the rest of ${stack.name} directly`);
  }
}

/** That there are: those that earlier versions of the kit filled among them, and those that keep data of before a restore. */
async function volumesOf(stack: Stack, home: string): Promise<readonly string[]> {
  const { now, former: kept } = readRestore(home);
  const former = [
    ...formerVolumes(stack),
    ...kept,
    ...(now === undefined ? [] : [stagingVolume(stack.name)]),
  ];
  const present = await presentVolumes();
  return [...stack.volumes.map(({ name }) => name), ...former].filter((name) => present.has(name));
}

async function deleteVolumes(stack: Stack, home: string): Promise<readonly string[]> {
  const volumes = await volumesOf(stack, home);
  if (volumes.length === 0) return [];
  const { stdout } = await run(["docker", "volume", "rm", "--force", ...volumes]);
  return stdout.split("\n").filter(Boolean);
}

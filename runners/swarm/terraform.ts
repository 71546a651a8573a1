import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../core/errors.ts";
import type { RunnerContext } from "../runner.ts";
import { command } from "../terraform/command.ts";
import { LockedState } from "../terraform/failure.ts";
import { initialise } from "../terraform/init.ts";
import { closeState, readOwned } from "../terraform/state.ts";
import { adopt, forgetImports } from "./adopt.ts";
import { lastWords, progress } from "./settle.ts";
import { bringUp, forgetPlan } from "./terraform-apply.ts";
import { DOCUMENT, FOLDER, inFolder, writeFolder } from "./terraform-folder.ts";
import type { ServiceAsked, TerraformSwarm } from "./terraform-swarm.ts";
import { makeVariables } from "./variables.ts";

/**
 * Brings the swarm of this engine, which is a manager, in line with the document. One graph says the order: a service waits for
 * those of the stage before. A job's end is nothing that the provider waits for, so what comes after one is applied once it is done.
 * To be called once start.sh has made the swarm ready: images, the node with the data, the program that probes.
 *
 * @throws UserError that names each service that does not run as declared, with the last that its tasks said
 */
export async function upSwarmByTerraform(context: RunnerContext, swarm: TerraformSwarm): Promise<void> {
  const { report } = context;
  refuseStateElsewhere(context);
  const own = inFolder(context);
  const variables = await makeVariables(swarm);
  writeFolder(own.home, swarm.document, variables);
  await initialise(own.stack, report, DOCUMENT);
  const { services } = swarm;
  try {
    await adopt(own, swarm);
    await bringUp(own, services, swarm.waitSeconds);
  } catch (error) {
    throw await explained(error, own, services);
  } finally {
    forgetImports(own.home);
    forgetPlan(own.home);
    closeState(own.home);
  }
}

/** Removes what Terraform made, if it made anything. Where it cannot, it says why and leaves that to `docker stack rm`. */
export async function destroy(context: RunnerContext): Promise<void> {
  const { report } = context;
  const own = inFolder(context);
  if (!existsSync(own.home)) return;
  forgetImports(own.home);
  try {
    if (!(await isTerraforms(context))) return;
    await initialise(own.stack, report, DOCUMENT);
    report("terraform: destroy");
    await command(own, ["destroy", "-auto-approve", "-json", "-input=false"]);
  } catch (error) {
    if (!(error instanceof UserError) || error instanceof LockedState) throw error;
    report(error.message);
  } finally {
    closeState(own.home);
  }
}

/** Forgets the books of what is gone, no matter how. */
export const forgetBooks = (home: string): void =>
  rmSync(join(home, FOLDER), { recursive: true, force: true });

/** Whether Terraform made what is on the swarm. */
export const isTerraforms = async (context: Pick<RunnerContext, "stack" | "home">): Promise<boolean> => {
  const own = inFolder(context);
  return (await readOwned(own.stack, own.home)).addresses.length > 0;
};

function refuseStateElsewhere({ stack }: RunnerContext): void {
  if (stack.backend !== "local")
    throw new UserError(
      `state: a swarm's state is kept in the deployment's own directory, and the site file says ${stack.backend}; allowed: no state`,
      "leave state out of the site file, or deploy the stack file: exploreiot render --target swarm",
    );
}

/** What went wrong, with what the tasks of each service concerned said last. */
async function explained(
  error: unknown,
  own: RunnerContext,
  services: readonly ServiceAsked[],
): Promise<unknown> {
  if (own.signal?.aborted)
    return new UserError("interrupted", "run up again: it goes on from where this stopped");
  if (!(error instanceof UserError) || error instanceof LockedState) return error;
  const open = (await progress(own.stack.name, services)).filter(({ progress }) => progress !== "settled");
  const failed = open.filter(
    ({ progress }) => typeof progress === "object" && progress.failed !== "is not there",
  );
  const words = await Promise.all(
    failed.map(async ({ service, progress }) => [
      `${service.name} ${(progress as { readonly failed: string }).failed}`,
      ...(await lastWords(service.name)),
    ]),
  );
  const [first = [], ...rest] = words;
  return new UserError(
    [error.message, ...(first[0] === error.message ? first.slice(1) : first), ...rest.flat()].join("\n"),
    "fix what the lines above say, and run up again: it goes on from there",
  );
}

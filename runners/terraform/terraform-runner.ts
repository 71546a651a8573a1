import { UserError } from "../../core/errors.ts";
import { removeContainers } from "../docker/clear-the-way.ts";
import { labelled } from "../docker/observe.ts";
import type { Runner, RunnerContext } from "../runner.ts";
import { command } from "./command.ts";
import { initialise } from "./init.ts";
import { keepStarted } from "./keep.ts";
import { describeChanges, isPlanned, messagesIn } from "./messages.ts";
import { closeState, readOwned } from "./state.ts";
import { forgetImports, takeOver } from "./take-over.ts";
import { foreignVariables, terraform, terraformBinary } from "./terraform.ts";

const VOLUME = "docker_volume.";

/** Any other failure of init (a backend out of reach) must not lead to another runner in silence. */
const PROVIDER_MISSING = /provider packages|provider registry|Failed to (query|install)/i;

/** Terraform with the provider kreuzwerker/docker: the same state that `cdktf deploy` uses. */
export const terraformRunner: Runner = {
  name: "terraform",

  /** The attributes that the provider gives to `docker update`. */
  changesInPlace: ["memory", "memory_swap", "cpu_shares", "cpu_set", "restart", "max_retry_count"],

  async unavailable({ stack, report }) {
    try {
      await terraform({ ...stack, folder: "." }, ["version"]);
    } catch {
      return `${terraformBinary()} is not installed`;
    }
    try {
      await initialise(stack, report);
    } catch (error) {
      if (error instanceof UserError && PROVIDER_MISSING.test(error.message))
        return `${terraformBinary()} init does not find the provider kreuzwerker/docker ~> 4.5`;
      throw error;
    }
    return undefined;
  },

  async ownership(context) {
    const { stack, home } = context;
    // The state is locked while it plans: says before anything is touched that another machine is at work.
    if (stack.backend !== "local")
      await command(context, ["plan", "-refresh=false", "-input=false", "-json"]);
    const { ids } = await readOwned(stack, home);
    return (id) => ids.has(id);
  },

  takesOver: () => true,

  /** Takes over what runs as declared, and applies; says in a few lines what will change as soon as Terraform has planned it. */
  async up(context) {
    const { stack, home, report } = context;
    const binary = terraformBinary();
    if (binary !== "terraform") report(`terraform: done by ${binary}`);
    const kept = foreignVariables();
    if (kept.length > 0) report(`terraform: not told of ${kept.join(", ")}, which the environment sets`);
    await initialise(stack, report);
    await keepStarted(context);
    await takeOver(context);
    try {
      await apply(context);
    } finally {
      closeState(home);
    }
  },

  async down(context) {
    const { stack, home, report } = context;
    forgetImports(stack);
    await initialise(stack, report);
    const { addresses, ids } = await readOwned(stack, home);
    const volumes = addresses.filter((address) => address.startsWith(VOLUME));
    try {
      // Out of the state they are out of reach of destroy; the next up takes them back by name.
      if (volumes.length > 0) await command(context, ["state", "rm", ...volumes]);
      // Containers that compose made since, and Terraform knows nothing of, would keep networks in use.
      await removeContainers((await labelled(stack.name)).filter(({ Id }) => !ids.has(Id)));
      await command(context, ["destroy", "-auto-approve", "-json", "-input=false"]);
    } finally {
      closeState(home);
    }
  },
};

/** Plans and applies in one process, which starts the provider once, holds the state's lock from the plan on and writes no plan to the disk. */
async function apply(context: RunnerContext): Promise<void> {
  const planning: string[] = [];
  let isTold = false;
  const onLine = (line: string) => {
    if (isTold) return;
    planning.push(line);
    if (!isPlanned(line)) return;
    isTold = true;
    const { changes } = messagesIn(planning.join("\n"));
    for (const told of changes.length === 0 ? ["terraform: no changes"] : describeChanges(changes))
      context.report(told);
  };
  await command(context, ["apply", "-auto-approve", "-input=false", "-json"], { onLine });
}

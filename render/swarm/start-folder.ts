import { join } from "node:path";
import { UserError } from "../../core/errors.ts";
import { interrupted } from "../../runners/deploy.ts";
import { configFolder } from "../../runners/docker/plain-client.ts";
import { makeImages } from "../../runners/images/make-images.ts";
import { CommandError, run } from "../../runners/run.ts";
import type { RunnerContext } from "../../runners/runner.ts";
import { giveImages } from "../../runners/swarm/give-images.ts";
import { folderIn } from "../../runners/swarm/owner.ts";
import { writeFolder } from "../folder.ts";
import { renderSwarm } from "../render.ts";
import { lendSecrets } from "./home-secrets.ts";
import { type SwarmPlan, swarmImages } from "./plan.ts";

/** How `say` of start.sh begins a line, and `fail` an error and what to do. */
const SAYS = { step: "· ", error: "error: ", remedy: "  → " } as const;

/**
 * Brings a plan to what runs: has the rendered folder's own start.sh do it, with secrets and images of this machine.
 *
 * @param wanted all of it, or all but the services
 * @throws UserError in the words of start.sh, with the last lines of the service that failed
 */
export async function startFolder(
  { stack, home, report, signal }: RunnerContext,
  plan: SwarmPlan,
  wanted: "up" | "ready",
): Promise<void> {
  const stoppable = signal === undefined ? {} : { signal };
  await makeImages({ ...stack, images: swarmImages(plan) }, { report, ...stoppable });
  await shareImages(plan, { report, ...stoppable });
  const folder = folderIn(home);
  writeFolder(folder, renderSwarm(stack, home), true);
  lendSecrets(folder, plan.model, home);
  try {
    await run([join(folder, "start.sh"), wanted], {
      ...{ cwd: folder, ownGroup: true, endsByItself: true, ...stoppable },
      // The client looks for certificates next to its settings, and start.sh gives it others.
      env:
        process.env.DOCKER_TLS_VERIFY && !process.env.DOCKER_CERT_PATH
          ? { DOCKER_CERT_PATH: configFolder() }
          : {},
      onLine: (line) => line.startsWith(SAYS.step) && report(line.slice(SAYS.step.length)),
    });
  } catch (error) {
    if (signal?.aborted) throw interrupted();
    throw error instanceof CommandError ? inItsWords(error) : error;
  }
}

/**
 * Gives the nodes the images of which a swarm starts containers, where they have no registry to pull them from.
 *
 * @returns whether one lacked some
 */
export async function shareImages(
  plan: SwarmPlan,
  options: Pick<RunnerContext, "report" | "signal">,
): Promise<boolean> {
  if (plan.settings.registry !== undefined) return false;
  return giveImages({ ...plan.model.stack, images: swarmImages(plan) }, options);
}

/** An error of start.sh as one of the kit's: after its last step are the lines of the service that failed. */
function inItsWords(error: CommandError): UserError {
  const lines = error.result.stderr.trimEnd().split("\n");
  const [of, after] = [SAYS.error, SAYS.step].map((start) =>
    lines.findLastIndex((line) => line.startsWith(start)),
  );
  if (of === undefined || of === -1) return error;
  const seen = lines.slice((after ?? -1) + 1, of).filter((line) => !CHATTER.test(line));
  const remedy = lines.slice(of + 1).filter((line) => line.startsWith(SAYS.remedy));
  return new UserError(
    [lines[of]?.slice(SAYS.error.length), ...seen].join("\n  "),
    ...remedy.map((line) => line.slice(SAYS.remedy.length)),
  );
}

/** All that `docker stack deploy` says when it goes well. */
const CHATTER = /^(Creating|Updating) (network|service|secret|config) |--detach=false/;

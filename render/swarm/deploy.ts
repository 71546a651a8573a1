import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "../../core/errors.ts";
import { fromEngine } from "../../runners/docker/engine-api.ts";
import { guarded } from "../../runners/guards.ts";
import { type Plan, planLines } from "../../runners/plan.ts";
import { refuseBadGround } from "../../runners/preflight/preflight.ts";
import type { RunnerName } from "../../runners/record.ts";
import { refuseHalfRestored } from "../../runners/restore/state.ts";
import type { RunnerContext } from "../../runners/runner.ts";
import type { Stack } from "../../runners/stack.ts";
import { swarmNodes } from "../../runners/swarm/nodes.ts";
import { observeSwarm, type SwarmState } from "../../runners/swarm/observe-swarm.ts";
import { isOfHome } from "../../runners/swarm/owner.ts";
import { removeObjects } from "../../runners/swarm/remove-objects.ts";
import { isTerraforms, upSwarmByTerraform } from "../../runners/swarm/terraform.ts";
import { modelOf } from "../model.ts";
import { type SwarmDifference, swarmDifferences } from "./compare.ts";
import type { Known } from "./declared-settings.ts";
import { secretVersions, serverParts } from "./home-secrets.ts";
import { possibleSwarm, type SwarmPlan, swarmPlan } from "./plan.ts";
import { refuseFormerData, refuseLittleMemory, refuseOtherNetworks } from "./refusals.ts";
import { shareImages, startFolder } from "./start-folder.ts";
import { surplusInWords, swarmSteps } from "./steps.ts";
import { terraformSwarm } from "./terraform.ts";

export interface SwarmDeployment extends RunnerContext {
  readonly runner: RunnerName | "auto";
}

/** The ways from a plan to what runs, as a plan and what was done name them: the folder's own start.sh, or Terraform after it. */
export type SwarmWay = "stack" | "terraform";

/** As a person is told of a stack that is another checkout's, or a folder's. */
export const OTHERS = "the stack has secrets that were made elsewhere, which nobody compares";

/** What is on the swarm of this engine, compared with what is declared. */
export async function lookAtSwarm({ stack, home }: Pick<SwarmDeployment, "stack" | "home">): Promise<{
  readonly plan: SwarmPlan;
  readonly differences: readonly SwarmDifference[];

  /** @default - none of it is on the swarm of this engine, or it manages none */
  readonly swarm: SwarmState | undefined;

  /** Whether it has other secrets than this deployment's directory: `up` refuses it, and nobody can compare them. */
  readonly isOthers: boolean;
}> {
  const model = modelOf(stack, home);
  const plan = swarmPlan(model);
  const [swarm, images] = await Promise.all([observeSwarm(stack.name), imagesHere(stack)]);
  const isOthers = swarm !== undefined && !isOfHome(swarm.owner, home);
  const known = { parts: isOthers ? undefined : secretVersions(model, home), images };
  return { plan, swarm, isOthers, differences: swarmDifferences(plan, known, swarm) };
}

async function imagesHere({ images }: Stack): Promise<Known["images"]> {
  const found = await Promise.all(
    images.map(async (name) => {
      const image = await fromEngine<{ readonly Config: object }>(`/images/${name}/json`);
      return image === undefined ? [] : [[name, image.Config] as const];
    }),
  );
  return new Map(found.flat());
}

/** What `up` would do now. Nothing is changed. */
export async function planOnSwarm(options: SwarmDeployment): Promise<Plan & { readonly runner: SwarmWay }> {
  const { way } = await chosenWay(options);
  refuseLittleMemory(possibleSwarm(modelOf(options.stack, options.home)), await swarmNodes());
  const { plan, differences, isOthers } = await lookAtSwarm(options);
  if (isOthers) options.report(`${OTHERS}; up refuses it`);
  return { runner: way, steps: swarmSteps(plan, differences, way), dataInDanger: [] };
}

/** The way; `--runner` chooses it. By default it is the one that made what is there, and else the stack file. */
export async function chosenWay({
  runner,
  stack,
  home,
}: Pick<SwarmDeployment, "runner" | "stack" | "home">): Promise<{
  readonly way: SwarmWay;

  /** Whether another one made what is there. */
  readonly isOther: boolean;
}> {
  if (runner === "compose")
    throw new UserError(
      "--runner compose: brings up containers of one machine; allowed for a swarm: auto, terraform",
      "leave --runner out",
    );
  const made = (await isTerraforms({ stack, home })) ? "terraform" : "stack";
  const way = runner === "auto" ? made : runner;
  return { way, isOther: way !== made };
}

/**
 * Brings the swarm of this engine in line with the stack: renders the folder and runs its own start.sh, so that there is one
 * way in which a swarm is made ready, with the secrets of the deployment's own directory. Services are then made by the stack
 * file, or by Terraform.
 *
 * @returns whether anything had to be done
 * @throws UserError that names the service that does not get well, with its last lines; the same call goes on then
 */
export async function deployOnSwarm(options: SwarmDeployment): Promise<boolean> {
  const { stack, home, report } = options;
  const { way, isOther } = await chosenWay(options);
  refuseLittleMemory(possibleSwarm(modelOf(stack, home)), await swarmNodes());
  refuseHalfRestored(home);
  const found = await lookAtSwarm(options);
  // Other secrets are refused by start.sh, with this kit and without it.
  if (!isOther && found.differences.length === 0 && !found.isOthers) return shareImages(found.plan, options);
  // Looks again: another command may have ended between the first look and the lock.
  await guarded({ name: stack.name, home, report, onSwarmToo: true }, async () => {
    const { plan, differences } = await lookAtSwarm(options);
    refuseOtherNetworks(stack, differences);
    refuseFormerData(plan, differences);
    await refuseBadGround(stack, report);
    for (const line of planLines({ steps: swarmSteps(plan, differences, way), dataInDanger: [] }))
      report(line);
    await WAYS[way](options, plan);
    await settled(options);
  });
  return true;
}

/** Has the folder's own start.sh do all of it. */
const byStack = (options: SwarmDeployment, plan: SwarmPlan): Promise<void> =>
  startFolder(options, plan, "up");

/** Has start.sh make the swarm ready, and Terraform the services. */
async function byTerraform(options: SwarmDeployment, plan: SwarmPlan): Promise<void> {
  const { stack, home } = options;
  await startFolder(options, plan, "ready");
  const known = { parts: serverParts(plan.model, home), images: await imagesHere(stack) };
  await upSwarmByTerraform(options, terraformSwarm(plan, known));
  const { differences } = await lookAtSwarm(options);
  await removeObjects(differences.flatMap(({ surplus }) => surplus ?? []));
}

const WAYS = { stack: byStack, terraform: byTerraform };

/** The engine of a node lists a network that is gone until the last task on it has ended. */
const isUnderWay = ({ trouble, surplus }: SwarmDifference): boolean =>
  trouble.length > 0 || surplus !== undefined;

/** How long a task may still take that start.sh took for one of now, since only its settings were changed by hand. */
const LIMIT_MS = 60_000;
const PAUSE_MS = 1000;

/** @throws UserError if something is not as declared: `docker stack deploy` leaves some of what was changed by hand as it is */
async function settled(options: SwarmDeployment): Promise<void> {
  let { differences } = await lookAtSwarm(options);
  const end = Date.now() + LIMIT_MS;
  while (differences.some(isUnderWay) && Date.now() < end) {
    await delay(PAUSE_MS);
    ({ differences } = await lookAtSwarm(options));
  }
  if (differences.length === 0) return;
  throw new UserError(
    differences
      .map(({ name, changes, trouble, surplus }) =>
        [
          name,
          [
            ...changes.map(({ setting }) => `${setting} is not as configured`),
            ...trouble,
            ...(surplus === undefined ? [] : surplusInWords(surplus)),
          ].join(", "),
        ].join(": "),
      )
      .join("\n"),
    "exploreiot status says how it is",
    "to have a service made again: docker service rm NAME, then exploreiot up",
  );
}

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { namedPaths } from "../config/site-paths.ts";
import { isShipped, sourceOf } from "../config/source.ts";
import { deploymentHome, enterProject, projectRoot, stackFolder } from "../core/home.ts";
import { deploymentsFrom, rememberSite } from "../core/known-sites.ts";
import { keepSynthesis, synthesizedBefore } from "../core/last-synthesis.ts";
import { dayOf } from "../policies/day.ts";
import { EngineError } from "../runners/docker/engine-errors.ts";
import { useEngine } from "../runners/docker/remote.ts";
import { readStack, type Stack } from "../runners/stack.ts";
import { followSwarm } from "../runners/swarm/place.ts";
import type { Deployment } from "../services/deployment.ts";

export interface Synthesized {
  readonly deployment: Deployment;
  readonly stack: Stack;
  readonly home: string;
}

interface SynthesisOptions {
  /** For what only looks or removes: a rule that finds something must not keep anybody from it. @default false */
  readonly unjudged?: boolean;

  /** For what makes nothing: no secret, key or certificate is made. @default - as `unjudged` */
  readonly draft?: boolean;
}

/** A later result of a process depends, as far as it knows, on all that it read before. */
let isFirst = true;

/**
 * Checks a configuration and synthesizes its stack by main.ts, which `cdktf synth` starts too, so there is one way from a
 * configuration to the JSON.
 *
 * @param given `local`, `production`, the path of a site file, or the name of a deployment that was made from one
 */
export async function synthesize(
  given: string,
  { unjudged = false, draft = unjudged }: SynthesisOptions = {},
): Promise<Synthesized> {
  const config = configOf(given);
  const before = unjudged && draft ? madeBefore(config) : undefined;
  const deployment = before ?? (await written(config, { onlyLooks: unjudged, draft }));
  if (before === undefined && isFirst && (unjudged || !draft))
    keepSynthesis(
      deployment.name,
      config,
      deployment,
      unjudged || !isJudgedByFiles(deployment) ? undefined : today(),
    );
  isFirst = false;
  return synthesized(config, deployment);
}

/**
 * The stack that is there, where the same would be made now, and the rules let it pass today: enough to say that there is nothing
 * to do. A verb that changes something makes and judges its stack.
 */
export function judgedBefore(given: string): Synthesized | undefined {
  const config = configOf(given);
  const deployment = madeBefore(config, today());
  return deployment === undefined ? undefined : synthesized(config, deployment);
}

/** Dates of waivers count by the day. */
const today = () => dayOf(new Date());

/** Rules of one's own and programs that hand over secrets may say something else each time. */
const isJudgedByFiles = ({ policies, secrets }: Deployment): boolean =>
  policies.rules === undefined && Object.keys(secrets).length === 0;

function configOf(given: string): string {
  const source = sourceOf(given);
  if (!existsSync(source)) return source;
  const file = resolve(source);
  enterProject(file);
  return file;
}

function synthesized(config: string, deployment: Deployment): Synthesized {
  if (!isShipped(config)) rememberSite(deployment.name, config, namedPaths(deployment));
  const stack = stackIn(stackFolder(deployment.name));
  return { deployment, stack, home: deploymentHome(deployment.name) };
}

/** The same for verbs that look into containers, on any node of a swarm. */
export async function synthesizeAnywhere(given: string): Promise<Synthesized> {
  const synthesized = await synthesize(given, { unjudged: true });
  await followSwarm(synthesized.stack).catch((error: unknown) => {
    // Without an engine each of them says itself which of its answers are missing.
    if (!(error instanceof EngineError)) throw error;
  });
  return synthesized;
}

/** The deployment of a stack that would be made the same again. Verbs that change something do not ask: they make and judge it. */
function madeBefore(config: string, judgedOn?: string): Deployment | undefined {
  for (const name of isShipped(config) ? [config] : deploymentsFrom(config)) {
    const deployment = synthesizedBefore(name, config, judgedOn);
    if (deployment !== undefined) return deployment as Deployment;
  }
  return undefined;
}

/** A stack that was synthesized. From here on this process talks to its engine. */
export function stackIn(folder: string): Stack {
  const stack = readStack(resolve(folder));
  useEngine(stack.engine);
  return stack;
}

/**
 * A deployment without its stack, for what needs none. From here on this process talks to its engine.
 *
 * @throws UserError as `loadDeployment`
 */
export async function deploymentOf(given: string): Promise<Deployment> {
  const { loadDeployment } = await import("../config/load.ts");
  const deployment = await loadDeployment(given);
  const { engine } = deployment;
  if (engine !== undefined)
    useEngine({
      host: engine.host,
      ...(engine.certificates === undefined
        ? {}
        : { certificates: resolve(projectRoot, engine.certificates) }),
    });
  return deployment;
}

async function written(
  config: string,
  how: { readonly onlyLooks: boolean; readonly draft: boolean },
): Promise<Deployment> {
  const { writeStacks } = await import("../main.ts");
  const { log } = console;
  // Rules of one's own may print, and standard output is the answer of the verb.
  console.log = console.error;
  try {
    const deployments = await writeStacks({
      env: { ...process.env, EXPLOREIOT_CONFIG: config },
      outdir: join(projectRoot, "cdktf.out"),
      ...how,
      // Told by `cdktf synth`; a verb has an answer of its own to give.
      say: () => undefined,
    });
    return deployments[0] as Deployment;
  } finally {
    console.log = log;
  }
}

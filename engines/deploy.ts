import { UserError } from "../core/errors.ts";
import { clearTheWay, findInTheWay } from "./docker/clear-the-way.ts";
import { refuseForeignData, rememberDataVolumes } from "./docker/data-volumes.ts";
import { probeFirewall, refuseUnguardableEngine } from "./docker/firewall-check.ts";
import { explained, lostError } from "./docker/lost.ts";
import { type Observation, observe } from "./docker/observe.ts";
import { refuseTakenPorts } from "./docker/ports.ts";
import { closedPorts } from "./docker/published-ports.ts";
import { refuseRoutedSubnets, refuseTakenSubnets } from "./docker/subnets.ts";
import { type Survey, survey } from "./docker/survey.ts";
import { verify } from "./docker/verify.ts";
import { watch } from "./docker/watch.ts";
import type { Lost } from "./docker/watcher.ts";
import { type Drift, findDrift } from "./drift.ts";
import type { Engine, EngineContext } from "./engine.ts";
import { guarded } from "./guards.ts";
import { makeImages } from "./images/make-images.ts";
import { withoutKnown } from "./known.ts";
import { pickEngine } from "./pick.ts";
import { type Plan, planLines, planOf } from "./plan.ts";
import { refuseBadGround } from "./preflight/preflight.ts";
import { type DeploymentRecord, type EngineName, readRecord, writeRecord } from "./record.ts";
import type { Stack } from "./stack.ts";

/** The fingerprint of no stack: what is recorded with it is never taken for complete. */
const UNFINISHED = "";

export interface DeployOptions {
  readonly stack: Stack;
  readonly home: string;
  readonly engine: EngineName | "auto";
  readonly report: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface Deployed {
  /** Whether anything had to be done. */
  readonly changed: boolean;
  readonly engine: EngineName;

  /** How the engine was found, or left. */
  readonly seen: Observation;
}

/**
 * Brings the engine in line with the stack. Decides from one read of the engine and the record of the last run
 * whether there is anything to do: 0.1 s, where Terraform takes 2.8 s to find out.
 */
export async function deploy(options: DeployOptions): Promise<Deployed> {
  const { stack, home, report } = options;
  const { record, seen, drift } = await look(options);
  const settled = record !== undefined && record.fingerprint === stack.fingerprint && drift.length === 0;
  if (settled && (options.engine === "auto" || options.engine === record.engine)) {
    return { changed: false, engine: record.engine, seen };
  }
  // Looks again: another command may have ended between the first look and the lock.
  return guarded({ name: stack.name, home, report }, async () => bringUp(options, await look(options)));
}

interface Situation {
  readonly record: DeploymentRecord | undefined;
  readonly seen: Survey;
  readonly drift: readonly Drift[];
}

async function look({ stack, home }: DeployOptions): Promise<Situation> {
  const record = readRecord(home);
  const seen = await survey(stack);
  return { record, seen, drift: await driftOf(stack, seen, record) };
}

/** What differs from the stack and the record; where nothing does, whether the ports of containers answer. */
async function driftOf(
  stack: Stack,
  seen: Survey,
  record: DeploymentRecord | undefined,
): Promise<readonly Drift[]> {
  const differences = findDrift(stack, seen, record);
  return differences.length > 0 ? differences : closedPorts(stack, seen);
}

/** What `up` would do now. Nothing is changed, and nobody else is kept from changing something meanwhile. */
export async function plan(options: DeployOptions): Promise<Plan & { readonly engine: EngineName }> {
  const { stack, home, report } = options;
  const { record, seen } = await look(options);
  const engine = await pickEngine(options.engine, record?.engine, { stack, home, report });
  const owns = await engine.ownership({ stack, home, report });
  return { engine: engine.name, ...(await planned(stack, { record, seen }, engine, owns)) };
}

async function planned(
  stack: Stack,
  { record, seen }: Pick<Situation, "record" | "seen">,
  engine: Engine,
  owns: (id: string) => boolean,
): Promise<Plan> {
  // A container that never was deployed has not drifted: the engine simply makes it.
  const drift = await driftOf(stack, seen, withoutKnown(record, stack, seen, owns));
  const inTheWay = await findInTheWay({ stack, engine, owns, drift, record });
  return planOf({ stack, seen, drift, inTheWay, engine });
}

/** @throws UserError that names each volume, and how to go on */
function refuseDangerToData({ dataInDanger }: Plan): void {
  if (dataInDanger.length === 0) return;
  throw new UserError(
    dataInDanger
      .map((name) => `volume ${name} holds data and is not as configured: to make it so deletes the data`)
      .join("\n"),
    "save the data as the rendered RUNBOOK.md says, take the deployment down, delete the volume by its name, then run up again:",
    `exploreiot down; docker volume rm ${dataInDanger.join(" ")}`,
  );
}

async function bringUp(options: DeployOptions, { record, seen }: Situation): Promise<Deployed> {
  const { stack, home, report, signal } = options;
  const context: EngineContext = { stack, home, report, ...(signal === undefined ? {} : { signal }) };
  // Each asks something else and takes tens of milliseconds; at the same time they cost what the longest does.
  const [engine] = await Promise.all([
    pickEngine(options.engine, record?.engine, context),
    refuseTakenPorts(stack, seen),
    refuseTakenSubnets(stack),
    refuseForeignData(stack, home),
    refuseUnguardableEngine(stack, report),
    refuseBadGround(stack, report),
  ]);
  const owns = await engine.ownership(context);
  const plan = await planned(stack, { record, seen }, engine, owns);
  refuseDangerToData(plan);
  for (const line of planLines(plan)) report(line);
  await makeImages(stack, { report, ...(signal === undefined ? {} : { signal }) });
  await refuseRoutedSubnets(stack, report);
  await probeFirewall(stack);
  rememberDataVolumes(stack, home);
  const drift = await driftOf(stack, seen, withoutKnown(record, stack, seen, owns));
  await clearTheWay({ stack, engine, owns, drift, record }, report);
  try {
    const after = await runWatched(engine, context);
    writeRecord(home, engine.name, stack, after);
    return { changed: true, engine: engine.name, seen: after };
  } catch (error) {
    // What was made is known from now on: the next up goes on with it, also with what is still starting.
    const left = await observe(stack);
    writeRecord(home, engine.name, { ...stack, fingerprint: UNFINISHED }, left, { record, seen });
    throw error;
  }
}

/** Runs the engine and reads the result back; ends both as soon as a container cannot become healthy any more. */
async function runWatched(engine: Engine, context: EngineContext): Promise<Observation> {
  const { stack, report, signal } = context;
  const givingUp = new AbortController();
  let lost: Lost | undefined;
  let isMade = false;
  const watcher = watch(stack, report, (found) => {
    lost ??= found;
    givingUp.abort();
  });
  const either = AbortSignal.any([givingUp.signal, ...(signal === undefined ? [] : [signal])]);
  try {
    await engine.up({ ...context, signal: either });
    isMade = true;
    return await verify(stack, either);
  } catch (error) {
    if (signal?.aborted) throw interrupted();
    if (lost !== undefined) throw await lostError(lost);
    throw isMade ? error : explained(error, await watcher.stop());
  } finally {
    await watcher.stop();
  }
}

const interrupted = () =>
  new UserError("interrupted; nothing is half-written", "run up again: it goes on from where this stopped");

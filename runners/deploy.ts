import { UserError } from "../core/errors.ts";
import { allowedToReplace, dangersOf, refuseUnknownVolumes, removeEndangered } from "./data-in-danger.ts";
import { clearTheWay, findInTheWay } from "./docker/clear-the-way.ts";
import { refuseForeignData, rememberDataVolumes } from "./docker/data-volumes.ts";
import { engineVersion } from "./docker/engine-check.ts";
import { engineInfo } from "./docker/engine-info.ts";
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
import { memoryRoom } from "./doctor/room.ts";
import { type Drift, findDrift } from "./drift.ts";
import { guarded, whoseElse } from "./guards.ts";
import { makeImages } from "./images/make-images.ts";
import { withoutKnown } from "./known.ts";
import { pickRunner } from "./pick.ts";
import { type Plan, planLines, planOf } from "./plan.ts";
import { refuseBadGround } from "./preflight/preflight.ts";
import { type DeploymentRecord, type RunnerName, readRecord, writeRecord } from "./record.ts";
import { refuseHalfRestored } from "./restore/state.ts";
import type { Report, Runner, RunnerContext } from "./runner.ts";
import type { Stack } from "./stack.ts";
import { refuseFormerData } from "./upgrade/former-data.ts";

/** The fingerprint of no stack: what is recorded with it is never taken for complete. */
const UNFINISHED = "";

export interface DeployOptions {
  readonly stack: Stack;
  readonly home: string;
  readonly runner: RunnerName | "auto";
  readonly report: (line: string) => void;
  readonly signal?: AbortSignal;

  /** Data volumes that may be deleted to be made as configured. @default - as `allowedToReplace` has it */
  readonly replaceData?: readonly string[];
}

export interface Deployed {
  /** Whether anything had to be done. */
  readonly changed: boolean;
  readonly runner: RunnerName;

  /** How the engine was found, or left. */
  readonly seen: Observation;
}

/**
 * Brings the engine in line with the stack. Decides from one read of the engine and the record of the last run
 * whether there is anything to do: 0.1 s, where Terraform takes 2.8 s to find out.
 */
export async function deploy(options: DeployOptions): Promise<Deployed> {
  const { stack, home, report } = options;
  return (
    (await settled(options)) ??
    // Looks again: another command may have ended between the first look and the lock.
    guarded({ name: stack.name, home, report }, async () => bringUp(options, await look(options)))
  );
}

/** How the engine is, where there is nothing to do; else undefined. Nothing is changed. */
export async function settled(options: DeployOptions): Promise<Deployed | undefined> {
  const { stack, home } = options;
  // Before anything else: a restore that was stopped early has changed no container yet.
  refuseHalfRestored(home);
  refuseUnknownVolumes(stack, options.replaceData ?? []);
  const { record, seen, drift } = await look(options);
  const isSettled = record !== undefined && record.fingerprint === stack.fingerprint && drift.length === 0;
  if (!isSettled || (options.runner !== "auto" && options.runner !== record.runner)) return undefined;
  return { changed: false, runner: record.runner, seen };
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

/** The differences from the stack and the record; where there are none, whether the ports of containers answer. */
async function driftOf(
  stack: Stack,
  seen: Survey,
  record: DeploymentRecord | undefined,
): Promise<readonly Drift[]> {
  const differences = findDrift(stack, seen, record);
  return differences.length > 0 ? differences : closedPorts(stack, seen);
}

/** What `up` would do now. Nothing is changed, and nobody else is kept from changing something meanwhile. */
export async function plan(options: DeployOptions): Promise<Plan & { readonly runner: RunnerName }> {
  const { stack, home, report } = options;
  const [{ record, seen }] = await Promise.all([look(options), engineVersion()]);
  const others = await whoseElse(stack, home);
  if (others !== undefined) report(`${others}; up refuses it`);
  const runner = await pickRunner(options.runner, record?.runner, { stack, home, report });
  const owns = await runner.ownership({ stack, home, report });
  return { runner: runner.name, ...(await planned(stack, { record, seen }, runner, owns)) };
}

async function planned(
  stack: Stack,
  { record, seen }: Pick<Situation, "record" | "seen">,
  runner: Runner,
  owns: (id: string) => boolean,
): Promise<Plan> {
  // A container that never was deployed has not drifted: the runner simply makes it.
  const drift = await driftOf(stack, seen, withoutKnown(record, stack, seen, owns));
  const inTheWay = await findInTheWay({ stack, runner, owns, drift, record });
  return planOf({ stack, seen, drift, inTheWay, runner });
}

async function bringUp(options: DeployOptions, { record, seen }: Situation): Promise<Deployed> {
  const { stack, home, report, signal } = options;
  const context: RunnerContext = { stack, home, report, ...(signal === undefined ? {} : { signal }) };
  // Each asks something else and takes tens of milliseconds; at the same time they cost what the longest does.
  const [runner] = await Promise.all([
    pickRunner(options.runner, record?.runner, context),
    refuseTakenPorts(stack, seen),
    refuseTakenSubnets(stack),
    refuseForeignData(stack, home),
    refuseUnguardableEngine(stack, report),
    refuseBadGround(stack, report),
    tellRoom(stack, report),
  ]);
  const owns = await runner.ownership(context);
  const plan = await planned(stack, { record, seen }, runner, owns);
  const dangers = allowedToReplace(await dangersOf(stack, plan.dataInDanger), options.replaceData);
  for (const line of planLines(plan)) report(line);
  await makeImages(stack, { report, ...(signal === undefined ? {} : { signal }) });
  await refuseFormerData(stack);
  refuseHalfRestored(home);
  await refuseRoutedSubnets(stack, report);
  await probeFirewall(stack);
  rememberDataVolumes(stack, home);
  await removeEndangered(stack, dangers, report);
  const drift = await driftOf(stack, seen, withoutKnown(record, stack, seen, owns));
  await clearTheWay({ stack, runner, owns, drift, record }, report);
  try {
    const after = await runWatched(runner, context);
    writeRecord(home, runner.name, stack, after);
    return { changed: true, runner: runner.name, seen: after };
  } catch (error) {
    // The containers that were made are known from now on: the next up goes on with them, also with those that still start.
    const left = await observe(stack);
    writeRecord(home, runner.name, { ...stack, fingerprint: UNFINISHED }, left, { record, seen });
    throw error;
  }
}

/** Limits are no reservations, so a machine that is too small is told of, and not refused. */
async function tellRoom(stack: Stack, report: Report): Promise<void> {
  const { state, evidence } = memoryRoom(stack, await engineInfo());
  if (state !== "ok") report(`memory: ${evidence}`);
}

/** Runs the runner and reads the result back; ends both as soon as a container cannot become healthy any more. */
async function runWatched(runner: Runner, context: RunnerContext): Promise<Observation> {
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
    await runner.up({ ...context, signal: either });
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

export const interrupted = () =>
  new UserError("interrupted; nothing is half-written", "run up again: it goes on from where this stopped");

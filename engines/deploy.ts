import { UserError } from "../config/errors.ts";
import { clearTheWay } from "./docker/clear-the-way.ts";
import { refuseForeignData, rememberDataVolumes } from "./docker/data-volumes.ts";
import { probeFirewall, refuseUnguardableEngine } from "./docker/firewall-check.ts";
import { type Observation, observe } from "./docker/observe.ts";
import { refuseTakenPorts } from "./docker/ports.ts";
import { refuseRoutedSubnets, refuseTakenSubnets } from "./docker/subnets.ts";
import { verify } from "./docker/verify.ts";
import { watch } from "./docker/watch.ts";
import { type Drift, findDrift } from "./drift.ts";
import type { Engine, EngineContext } from "./engine.ts";
import { guarded } from "./guards.ts";
import { makeImages } from "./images/make-images.ts";
import { pickEngine } from "./pick.ts";
import { refuseBadGround } from "./preflight/preflight.ts";
import { type DeploymentRecord, type EngineName, readRecord, writeRecord } from "./record.ts";
import type { Stack } from "./stack.ts";

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
  readonly seen: Observation;
  readonly drift: readonly Drift[];
}

async function look({ stack, home }: DeployOptions): Promise<Situation> {
  const record = readRecord(home);
  const seen = await observe(stack);
  return { record, seen, drift: findDrift(stack, seen, record) };
}

async function bringUp(options: DeployOptions, { record, seen, drift }: Situation): Promise<Deployed> {
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
  await makeImages(stack, { report, ...(signal === undefined ? {} : { signal }) });
  await refuseRoutedSubnets(stack, report);
  await probeFirewall(stack);
  const owns = await engine.ownership(context);
  // A container that never was deployed has not drifted: the engine simply makes it.
  rememberDataVolumes(stack, home);
  await clearTheWay({ stack, owns, drift, record, report });
  await runWatched(engine, context);
  const after = await verify(stack, signal);
  writeRecord(home, engine.name, stack, after);
  return { changed: true, engine: engine.name, seen: after };
}

async function runWatched(engine: Engine, context: EngineContext): Promise<void> {
  const watcher = watch(context.stack, context.report);
  try {
    await engine.up(context);
  } catch (error) {
    throw context.signal?.aborted ? interrupted() : error;
  } finally {
    await watcher.stop();
  }
}

const interrupted = () =>
  new UserError("interrupted; nothing is half-written", "run up again: it goes on from where this stopped");

import { UserError } from "../config/errors.ts";
import { alone } from "./deploy-lock.ts";
import { clearTheWay } from "./docker/clear-the-way.ts";
import { refuseForeignData, rememberDataVolumes } from "./docker/data-volumes.ts";
import { engineVersion } from "./docker/engine-check.ts";
import { probeFirewall, refuseUnguardableEngine } from "./docker/firewall-check.ts";
import { type Observation, observe } from "./docker/observe.ts";
import { refuseTakenPorts } from "./docker/ports.ts";
import { refuseTakenSubnets } from "./docker/subnets.ts";
import { verify } from "./docker/verify.ts";
import { watch } from "./docker/watch.ts";
import { findDrift } from "./drift.ts";
import type { Engine, EngineContext } from "./engine.ts";
import { makeImages } from "./images/make-images.ts";
import { pickEngine } from "./pick.ts";
import { refuseBadGround } from "./preflight/preflight.ts";
import { type DeploymentRecord, type EngineName, isAsDeclared, readRecord, writeRecord } from "./record.ts";
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
  const { stack, home } = options;
  const record = readRecord(home);
  const seen = await observe(stack);
  const drift = findDrift(stack, seen, record);
  const settled = record !== undefined && record.fingerprint === stack.fingerprint && drift.length === 0;
  if (settled && (options.engine === "auto" || options.engine === record.engine)) {
    return { changed: false, engine: record.engine, seen };
  }
  return alone(stack.name, home, () => bringUp(options, record, seen));
}

async function bringUp(
  options: DeployOptions,
  record: DeploymentRecord | undefined,
  seen: Observation,
): Promise<Deployed> {
  const { stack, home, report, signal } = options;
  await engineVersion();
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
  await probeFirewall(stack);
  const owns = await engine.ownership(context);
  rememberDataVolumes(stack, home);
  // A container that never was deployed has not drifted: the engine simply makes it.
  const drift = findDrift(stack, seen, withoutKnown(record, stack, seen, owns));
  await clearTheWay({ stack, engine, owns, drift, record, report });
  await runWatched(engine, context);
  const after = await verify(stack, signal);
  writeRecord(home, engine.name, stack, after);
  return { changed: true, engine: engine.name, seen: after };
}

/**
 * The record without the ids of what was replaced since, and is known all the same: `cdktf deploy` may have done it, or
 * an `up` that was killed before it could write the record.
 */
function withoutKnown(
  record: DeploymentRecord | undefined,
  stack: Stack,
  { containers }: Observation,
  owns: (id: string) => boolean,
): DeploymentRecord | undefined {
  if (record === undefined) return undefined;
  const states = stack.containers.flatMap((spec) => {
    const state = containers.get(spec.name);
    return state === undefined ? [] : [{ spec, state }];
  });
  const known = states.filter(({ spec, state }) => owns(state.Id) || isAsDeclared(spec, state, record));
  const names = new Set(known.map(({ spec }) => spec.name));
  const networks = known.flatMap(({ state }) => Object.entries(state.NetworkSettings.Networks));
  const followed = new Set(networks.filter(([, { NetworkID }]) => owns(NetworkID)).map(([name]) => name));
  const without = (ids: Readonly<Record<string, string>>, gone: ReadonlySet<string>) =>
    Object.fromEntries(Object.entries(ids).filter(([name]) => !gone.has(name)));
  return {
    ...record,
    containers: without(record.containers, names),
    networks: without(record.networks, followed),
  };
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

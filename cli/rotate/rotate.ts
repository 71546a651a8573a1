import { UserError } from "../../core/errors.ts";
import type { Rotation, RotationStep } from "../../core/rotation.ts";
import { type Change, readRotation, writeRotation } from "../../core/rotation-state.ts";
import { deployOnSwarm } from "../../render/swarm/deploy.ts";
import { ofRole } from "../../runners/containers.ts";
import { deploy } from "../../runners/deploy.ts";
import { restart } from "../../runners/docker/restart.ts";
import { guarded } from "../../runners/guards.ts";
import type { RunnerName } from "../../runners/record.ts";
import { isOnSwarm } from "../../runners/swarm/deployed.ts";
import { restartOnSwarm } from "../../runners/swarm/restart-service.ts";
import { progress } from "../progress.ts";
import { type Synthesized, synthesize } from "../synthesize.ts";
import { rotationsOf } from "./rotations.ts";

export interface Rotating {
  readonly config: string;
  readonly runner: RunnerName | "auto";
  readonly signal: AbortSignal;
}

/**
 * Brings a rotation that was interrupted to its end.
 *
 * @returns what it changed; nothing if none was interrupted
 */
export async function finishInterrupted(
  synthesized: Synthesized,
  options: Rotating,
): Promise<readonly Change[]> {
  const { changing } = readRotation(synthesized.home);
  if (changing.length === 0) return [];
  progress(`finishing an interrupted rotation: ${changing.map(({ name }) => name).join(", ")}`);
  await complete(changing, await rotationsOf(synthesized), synthesized, options);
  return changing;
}

/**
 * Exchanges what is named, and deploys. In this order: what is new is made next to what counts; it is written down that it
 * is to count; each is put in place by a rename; `up` gives it to everyone who reads it, servers before their clients; it is
 * written down that this is done. Killed before the second, nothing has changed; killed after it, `finishInterrupted` goes on.
 *
 * @throws UserError if the deployment does not get well with it; the same call goes on then
 */
export async function rotate(
  chosen: readonly Rotation[],
  step: RotationStep,
  synthesized: Synthesized,
  options: Rotating,
): Promise<void> {
  const { deployment, home } = synthesized;
  const changing = chosen.map(({ name }) => ({ name, step }));
  await guarded({ name: deployment.name, home, report: progress, onSwarmToo: true }, async () => {
    const state = readRotation(home);
    if (state.changing.length > 0)
      throw new UserError(
        `${deployment.name}: another rotation is under way: ${state.changing.map(({ name }) => name).join(", ")}`,
        "run this again: it is brought to its end first",
      );
    refuseStep(changing, state.bothAccepted);
    for (const rotation of chosen) await rotation.stage(step);
    const number = state.rotations + 1;
    const changed = Object.fromEntries(chosen.map(({ name }) => [name, number]));
    writeRotation(home, { ...state, changing, changedIn: { ...state.changedIn, ...changed } });
  });
  await complete(
    changing,
    new Map(chosen.map((rotation) => [rotation.name, rotation])),
    synthesized,
    options,
  );
}

/** Another value now would end the former one that is still accepted, with anyone who has not been given the new one. */
function refuseStep(changing: readonly Change[], bothAccepted: Readonly<Record<string, string>>): void {
  const open = changing.filter(({ name, step }) => step === "begin" && name in bothAccepted);
  if (open.length > 0)
    throw new UserError(
      open
        .map(
          ({ name }) => `${name}: was rotated on ${bothAccepted[name]}, and the former one is still accepted`,
        )
        .join("\n"),
      `once every client has the new one: exploreiot rotate --finish ${open.map(({ name }) => name).join(" ")}`,
    );
  refuseToFinish(
    changing.filter(({ step }) => step === "finish"),
    bothAccepted,
  );
}

/** @throws UserError if the former value of one of them is accepted no more */
export function refuseToFinish(
  named: readonly { readonly name: string }[],
  bothAccepted: Readonly<Record<string, string>>,
): void {
  const closed = named.filter(({ name }) => !(name in bothAccepted)).map(({ name }) => name);
  if (closed.length > 0)
    throw new UserError(
      `${closed.join(", ")}: only one value is accepted, so there is nothing to finish`,
      "exploreiot rotate --list shows of which two are",
    );
}

async function complete(
  changing: readonly Change[],
  rotations: ReadonlyMap<string, Rotation>,
  { deployment: { name }, home }: Synthesized,
  { config, runner, signal }: Rotating,
): Promise<void> {
  const guard = { name, home, report: progress, onSwarmToo: true };
  // One whose service is gone from the site file has nobody left who reads it.
  const known = changing.flatMap((change) => {
    const rotation = rotations.get(change.name);
    return rotation === undefined ? [] : [{ ...change, rotation }];
  });
  await guarded(guard, async () => {
    for (const { rotation, step } of known) await rotation.apply(step);
  });
  const { stack } = await synthesize(config);
  const onSwarm = await isOnSwarm(name);
  await (onSwarm ? deployOnSwarm : deploy)({ stack, home, runner, report: progress, signal });
  await guarded(guard, async () => {
    const roles = new Set(known.flatMap(({ rotation }) => rotation.restarts ?? []));
    const specs = [...roles].flatMap((role) => ofRole(stack, role) ?? []);
    await (onSwarm ? restartOnSwarm(stack, specs, progress) : restart(specs, progress));
    for (const { rotation } of known) await rotation.settle?.();
    settle(home, changing, rotations);
  });
}

function settle(home: string, changing: readonly Change[], rotations: ReadonlyMap<string, Rotation>): void {
  const state = readRotation(home);
  const names = new Set(changing.map(({ name }) => name));
  const now = new Date().toISOString();
  const open = changing.filter(({ name, step }) => step === "begin" && rotations.get(name)?.inTwoSteps);
  writeRotation(home, {
    ...state,
    rotations: state.rotations + 1,
    changing: state.changing.filter(({ name }) => !names.has(name)),
    bothAccepted: {
      ...Object.fromEntries(Object.entries(state.bothAccepted).filter(([name]) => !names.has(name))),
      ...Object.fromEntries(open.map(({ name }) => [name, now])),
    },
  });
}

import { UserError } from "../../core/errors.ts";
import { runnerNamed } from "../../runners/pick.ts";
import type { RunnerName } from "../../runners/record.ts";
import type { RunnerContext } from "../../runners/runner.ts";
import { missingCompose } from "./compose-plugin.ts";
import { missingEngine } from "./docker-engine.ts";
import { type Machine, type Missing, thisMachine } from "./machine.ts";
import { missingMmdebstrap } from "./mmdebstrap.ts";

/** How the stack is to be brought up. */
export type Wanted = RunnerContext & { readonly runner: RunnerName | "auto" };

/** All that is missing, in the order in which it is to be installed. Nothing is changed. */
export async function missingHere(
  wanted: Wanted,
  machine: Machine = thisMachine(),
): Promise<readonly Missing[]> {
  const [engine, compose, base] = await Promise.all([
    missingEngine(machine),
    needsCompose(wanted).then((needed) => (needed ? missingCompose(wanted, machine) : undefined)),
    missingMmdebstrap(wanted.stack, machine),
  ]);
  return [engine, compose, base].filter((missing) => missing !== undefined);
}

async function needsCompose(wanted: Wanted): Promise<boolean> {
  if (wanted.runner !== "auto") return wanted.runner === "compose";
  return (await runnerNamed("terraform").unavailable(wanted)) !== undefined;
}

/**
 * The missing things in the words of a person, one a line: named before anything is installed.
 */
export const missingLines = (missing: readonly Missing[]): readonly string[] =>
  missing.flatMap(({ what, remedy, install }) => [
    `missing: ${what}${install === undefined ? "" : " (npm start does it)"}`,
    ...remedy.map((step) => `  → ${step}`),
  ]);

/**
 * Installs what `up` needs and this machine lacks. All of it is told first, and where one thing has to be done by a person
 * nothing is installed.
 *
 * @throws UserError with everything that a person has to do
 */
export async function prepareMachine(wanted: Wanted): Promise<void> {
  const missing = await missingHere(wanted);
  const byHand = missing.filter(({ install }) => install === undefined);
  if (byHand.length > 0) {
    throw new UserError(
      `this machine lacks ${byHand.map(({ what }) => what).join(", and ")}`,
      ...byHand.flatMap(({ remedy }) => remedy),
      "then run this again; it goes on from here",
    );
  }
  for (const { what } of missing) wanted.report(`missing: ${what}`);
  for (const { install } of missing) await install?.(wanted.report);
}

import { z } from "zod";
import { UserError } from "../core/errors.ts";
import type { Rotation } from "../core/rotation.ts";
import { readRotation } from "../core/rotation-state.ts";
import type { RunnerName } from "../runners/record.ts";
import { printJson } from "./json.ts";
import { configOption, jsonOption, verb, withRunner } from "./options.ts";
import { during, interruptSignal } from "./progress.ts";
import { finishInterrupted, refuseToFinish, rotate } from "./rotate/rotate.ts";
import { rotationNamed, rotationsOf } from "./rotate/rotations.ts";
import { type Synthesized, synthesize } from "./synthesize.ts";
import { renderTable } from "./table.ts";
import { VERBS } from "./verbs.ts";

interface Options {
  readonly config: string;
  readonly runner: RunnerName | "auto";
  readonly json?: true;
  readonly all?: true;
  readonly list?: true;
  readonly finish?: true;
}

export const rotateOutput = z.strictObject({
  deployment: z.string(),
  rotated: z.array(z.string()).readonly().describe("the secrets and certificates that have a new value now"),
  finished: z.array(z.string()).readonly().describe("whose former value is refused from now on"),
  interrupted: z
    .array(z.string())
    .readonly()
    .describe("the secrets and certificates that an interrupted rotation was changing"),
  bothAccepted: z
    .record(z.string(), z.string())
    .describe(
      "secrets that are accepted next to their former value, by name, and since when (RFC 3339 in UTC)",
    ),
  rotations: z
    .array(
      z.strictObject({
        name: z.string(),
        what: z.string(),
        inTwoSteps: z.boolean().describe("whether the former value is accepted until --finish"),
      }),
    )
    .readonly()
    .exactOptional()
    .describe("with --list: what can be rotated"),
});

export const rotateCommand = withRunner(verb("rotate", VERBS.rotate))
  .argument("[name...]", "as --list shows them")
  .option("--all", "everything that --list shows")
  .option("--list", "show what can be rotated, and change nothing")
  .option("--finish", "end the former values, of those that are named or of all that are still accepted")
  .addOption(configOption())
  .addOption(jsonOption())
  .addHelpText(
    "after",
    `
Where clients outside of the deployment hold it, the former value stays accepted until --finish. Readings wait in the broker
and at their devices while containers are replaced. After any interruption, the same command goes on.

Example: exploreiot rotate --all, and once every client has what is new: exploreiot rotate --finish`,
  )
  .action(async (names: readonly string[], options: Options) => {
    const synthesized = await synthesize(options.config, { unjudged: true });
    if (options.list) list(synthesized, await rotationsOf(synthesized), options);
    else await change(synthesized, names, options);
  });

async function change(synthesized: Synthesized, names: readonly string[], options: Options): Promise<void> {
  const { deployment, home } = synthesized;
  const step = options.finish ? "finish" : "begin";
  const asked = await chosen(synthesized, names, options);
  // As it is now: what an interrupted rotation has begun is not ended in the same breath, before any client has it.
  if (options.finish) refuseToFinish(asked, readRotation(home).bothAccepted);
  const rotating = { config: options.config, runner: options.runner, signal: interruptSignal() };
  const done = await during(async () => {
    const interrupted = await finishInterrupted(synthesized, rotating);
    const finished = new Set(interrupted.filter((one) => one.step === step).map(({ name }) => name));
    const wanted = asked.filter(({ name }) => !finished.has(name));
    if (wanted.length > 0) await rotate(wanted, step, synthesized, rotating);
    return [...interrupted, ...wanted.map(({ name }) => ({ name, step }))];
  });
  const of = (wanted: string) => done.filter(({ step }) => step === wanted).map(({ name }) => name);
  const found = { rotated: of("begin"), finished: of("finish"), ...stateOf(home) };
  if (options.json) printJson(rotateOutput, { deployment: deployment.name, ...found });
  else for (const line of told(deployment.name, found)) console.log(line);
}

function stateOf(home: string) {
  const { changing, bothAccepted } = readRotation(home);
  return { interrupted: changing.map(({ name }) => name), bothAccepted };
}

/** @throws UserError where nothing, or too much, is named */
async function chosen(
  synthesized: Synthesized,
  names: readonly string[],
  { all, finish }: Options,
): Promise<readonly Rotation[]> {
  const rotations = await rotationsOf(synthesized);
  if (all && names.length > 0)
    throw new UserError("--all and names: allowed is one of both", "leave one of them out");
  if (names.length > 0) return [...new Set(names)].map((name) => rotationNamed(name, rotations, synthesized));
  if (finish)
    return Object.keys(readRotation(synthesized.home).bothAccepted).flatMap(
      (name) => rotations.get(name) ?? [],
    );
  if (all) return [...rotations.values()];
  throw new UserError(
    "nothing is named that is to be rotated",
    "exploreiot rotate NAME…, or --all; --list shows the names",
  );
}

function list(
  { deployment, home }: Synthesized,
  rotations: ReadonlyMap<string, Rotation>,
  { json }: Options,
): void {
  const { interrupted, bothAccepted } = stateOf(home);
  const shown = [...rotations.values()].map(({ name, what, inTwoSteps }) => ({ name, what, inTwoSteps }));
  if (json) {
    const none = { rotated: [], finished: [] };
    printJson(rotateOutput, {
      deployment: deployment.name,
      ...{ ...none, interrupted, bothAccepted, rotations: shown },
    });
    return;
  }
  const state = (name: string, inTwoSteps: boolean) => {
    if (interrupted.includes(name)) return "interrupted: rotate again";
    const since = bothAccepted[name];
    if (since !== undefined) return `former accepted since ${since.slice(0, 10)}`;
    return inTwoSteps ? "in two steps" : "at once";
  };
  console.log(
    renderTable(
      ["name", "what it is", "how"],
      shown.map(({ name, what, inTwoSteps }) => [name, what, state(name, inTwoSteps)]),
    ),
  );
}

interface Done {
  readonly rotated: readonly string[];
  readonly finished: readonly string[];
  readonly bothAccepted: Readonly<Record<string, string>>;
}

function told(deployment: string, { rotated, finished, bothAccepted }: Done): readonly string[] {
  const open = Object.keys(bothAccepted);
  return [
    ...(rotated.length === 0 ? [] : [`${deployment}: new values for ${rotated.join(", ")}`]),
    ...(finished.length === 0
      ? []
      : [`${deployment}: only the new value is accepted of ${finished.join(", ")}`]),
    ...(rotated.length + finished.length === 0 ? [`${deployment}: nothing to finish`] : []),
    ...(open.length === 0
      ? []
      : [
          `The former value is still accepted of ${open.join(", ")}. Once every client has the new one: exploreiot rotate --finish`,
        ]),
  ];
}

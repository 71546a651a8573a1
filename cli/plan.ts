import { LABEL } from "../core/labels.ts";
import { EXIT } from "../core/report.ts";
import { plan } from "../engines/deploy.ts";
import type { Plan, PlannedStep } from "../engines/plan.ts";
import type { EngineName } from "../engines/record.ts";
import type { Stack } from "../engines/stack.ts";
import { configOption, engineOption, jsonOption, verb } from "./options.ts";
import { progress } from "./progress.ts";
import { synthesize } from "./synthesize.ts";
import { renderTable } from "./table.ts";

interface Options {
  readonly config: string;
  readonly engine: EngineName | "auto";
  readonly json?: true;
}

export const planCommand = verb("plan", "say what up would change, why, and what stands still meanwhile")
  .addOption(configOption())
  .addOption(engineOption())
  .addOption(jsonOption())
  .addHelpText(
    "after",
    "\nExits with 2 when up has something to change, with 1 when up would refuse it for the sake of data.",
  )
  .action(async ({ config, engine, json }: Options) => {
    const { deployment, stack, home } = await synthesize(config);
    const planned = await plan({ stack, home, engine, report: progress });
    console.log(
      json ? JSON.stringify({ deployment: deployment.name, ...planned }, undefined, 2) : told(planned, stack),
    );
    const { steps, dataInDanger } = planned;
    process.exitCode = dataInDanger.length > 0 ? EXIT.userError : steps.length > 0 ? EXIT.changes : EXIT.ok;
  });

function told({ steps, dataInDanger, engine }: Plan & { readonly engine: EngineName }, stack: Stack): string {
  if (steps.length === 0) return `${stack.name} is as configured: up has nothing to do`;
  const counts = ["create", "replace", "change in place", "start again", "remove"].flatMap((action) => {
    const found = steps.filter((step) => step.action === action);
    return found.length === 0 ? [] : [`${action}: ${found.length}`];
  });
  // What is made from nothing would hide what changes.
  const shown = steps.filter(({ action }) => action !== "create" || steps.length <= SHORT);
  return [
    `${stack.name} (${engine}): ${counts.join(", ")}`,
    ...(shown.length === 0
      ? []
      : [
          renderTable(
            ["", "what up does", "why", "away", "cannot work meanwhile"],
            shown.map((step) => row(step, stack)),
          ),
        ]),
    ...dataInDanger.map(
      (name) => `error: volume ${name} holds data, which up would have to delete: it refuses`,
    ),
  ].join("\n");
}

const SHORT = 5;

function row({ kind, name, action, reasons, awaySeconds, standsStill }: PlannedStep, stack: Stack) {
  const role = stack.containers.find((spec) => spec.name === name)?.labels[LABEL.role];
  return [
    kind === "container" ? (role ?? name) : `${kind} ${name}`,
    action,
    reasons.join("\n"),
    awaySeconds === undefined ? "" : `about ${awaySeconds} s`,
    standsStill.join("\n"),
  ];
}

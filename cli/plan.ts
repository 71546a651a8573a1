import { warningsOf } from "../config/warnings.ts";
import { composeProject, LABEL } from "../core/labels.ts";
import { EXIT } from "../core/report.ts";
import { planOnSwarm, type SwarmWay } from "../render/swarm/deploy.ts";
import { dangersOf } from "../runners/data-in-danger.ts";
import { plan } from "../runners/deploy.ts";
import { ACTIONS, type Plan, type PlannedStep } from "../runners/plan.ts";
import type { RunnerName } from "../runners/record.ts";
import type { Stack } from "../runners/stack.ts";
import { backupReport, safetyOf } from "./backup-status.ts";
import { printJson } from "./json.ts";
import { configOption, jsonOption, verb, withRunner } from "./options.ts";
import { progress } from "./progress.ts";
import { planOutput } from "./status-output.ts";
import { type Target, targetOf, withTarget } from "./swarm/target.ts";
import { synthesize } from "./synthesize.ts";
import { renderTable } from "./table.ts";
import { VERBS } from "./verbs.ts";

interface Options {
  readonly config: string;
  readonly runner: RunnerName | "auto";
  readonly json?: true;
  readonly target?: Target;
}

export const planCommand = withTarget(withRunner(verb("plan", VERBS.plan)))
  .addOption(configOption())
  .addOption(jsonOption())
  .addHelpText(
    "after",
    "\nExits with 2 when up has something to change, with 1 when up would refuse it for the sake of data.",
  )
  .action(async ({ config, runner, json, target }: Options) => {
    const { deployment, stack, home } = await synthesize(config, { draft: true });
    const warnings = warningsOf(deployment);
    const planOf = (await targetOf(deployment.name, target)) === "swarm" ? planOnSwarm : plan;
    const planned = await planOf({ stack, home, runner, report: progress });
    const safety = planned.dataInDanger.length > 0 ? safetyOf(await backupReport(stack)) : undefined;
    const dangers = await dangersOf(stack, planned.dataInDanger);
    const refused = dangers.filter(({ backup }) => backup === undefined).map(({ volume }) => volume);
    if (json)
      printJson(planOutput, {
        ...{ deployment: deployment.name, ...planned, refused, warnings },
        ...(safety === undefined ? {} : { backup: safety }),
      });
    else
      for (const line of [
        planInWords(planned, stack, refused),
        ...(safety === undefined ? [] : [`backup: ${safety}`]),
        ...warnings.map((line) => `warning: ${line}`),
      ])
        console.log(line);
    const { steps } = planned;
    process.exitCode = refused.length > 0 ? EXIT.userError : steps.length > 0 ? EXIT.changes : EXIT.ok;
  });

/**
 * A plan as a table, for people.
 *
 * @param refused volumes in danger that no fresh verified backup has. @default - all that are in danger
 */
export function planInWords(
  { steps, dataInDanger, runner }: Plan & { readonly runner: RunnerName | SwarmWay },
  stack: Stack,
  refused: readonly string[] = dataInDanger,
): string {
  if (steps.length === 0) return `${stack.name} is as configured: up has nothing to do`;
  const counts = ACTIONS.flatMap((action) => {
    const found = steps.filter((step) => step.action === action);
    return found.length === 0 ? [] : [`${action}: ${found.length}`];
  });
  // Resources that are made from nothing would hide those that change.
  const shown = steps.filter(({ action }) => action !== "create" || steps.length <= SHORT);
  return [
    `${stack.name} (${runner}): ${counts.join(", ")}`,
    ...(shown.length === 0
      ? []
      : [
          renderTable(
            ["", "what up does", "why", "away", "cannot work meanwhile"],
            shown.map((step) => row(step, stack)),
          ),
        ]),
    ...dataInDanger.map((name) =>
      refused.includes(name)
        ? `error: volume ${name} holds data, which up would have to delete: it refuses without --replace-data ${name}`
        : `warning: volume ${name} is made again: what it holds is lost, unless it is in the backup`,
    ),
  ].join("\n");
}

const SHORT = 5;

function row({ kind, name, action, reasons, awaySeconds, standsStill }: PlannedStep, stack: Stack) {
  const role = stack.containers.find((spec) => spec.name === name)?.labels[LABEL.role];
  return [
    kind === "container"
      ? (role ?? name)
      : kind === "service"
        ? name.replace(`${composeProject(stack.name)}_`, "")
        : `${kind} ${name}`,
    action,
    reasons.join("\n"),
    awaySeconds === undefined ? "" : `about ${awaySeconds} s`,
    standsStill.join("\n"),
  ];
}

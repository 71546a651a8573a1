import { warningsOf } from "../config/warnings.ts";
import { deploy } from "../runners/deploy.ts";
import { backupOf, handOverHome } from "../runners/docker/backup.ts";
import { firewallStatus } from "../runners/docker/firewall.ts";
import { firewallWarnings } from "../runners/docker/firewall-check.ts";
import { limitWarnings } from "../runners/docker/unapplied.ts";
import type { RunnerName } from "../runners/record.ts";
import { confirmationSteps } from "./firewall.ts";
import { printJson } from "./json.ts";
import { nextSteps } from "./next-steps.ts";
import { configOption, configWords, jsonOption, verb, withRunner } from "./options.ts";
import { probeWarnings } from "./probe-warnings.ts";
import { during, interruptSignal, progress } from "./progress.ts";
import { prepareMachine } from "./setup/missing.ts";
import { stackStatus } from "./stack-status.ts";
import { upOutput } from "./status-output.ts";
import { statusTable } from "./status-table.ts";
import { type Target, targetOf, withTarget } from "./swarm/target.ts";
import { upOnSwarm } from "./swarm/up.ts";
import { synthesize } from "./synthesize.ts";
import { VERBS } from "./verbs.ts";

interface Options {
  readonly config: string;
  readonly runner: RunnerName | "auto";
  readonly json?: true;
  readonly setup?: true;
  readonly replaceData: readonly string[];
  readonly target?: Target;
}

export const upCommand = withTarget(withRunner(verb("up", VERBS.up)))
  .addOption(configOption())
  .addOption(jsonOption())
  .option(
    "--setup",
    "install what this machine lacks first (Docker, compose plugin; Debian and Ubuntu, as root)",
  )
  .option(
    "--replace-data <volume>",
    "delete this volume with its data where it is not as configured, and make it again; once for each volume",
    (volume: string, all: readonly string[]) => [...all, volume],
    [],
  )
  .action(async (options: Options) => {
    const { config, runner, json, setup, replaceData, target } = options;
    const synthesized = await synthesize(config);
    const { deployment, stack, home } = synthesized;
    if ((await targetOf(deployment.name, target)) === "swarm") return upOnSwarm(synthesized, options);
    const signal = interruptSignal();
    if (setup) await prepareMachine({ stack, home, runner, report: progress, signal });
    const {
      changed,
      runner: used,
      seen,
    } = await during(() => deploy({ stack, home, runner, report: progress, signal, replaceData }));
    if (backupOf(stack) !== undefined) await handOverHome(stack, home);
    const [firewall, limits] = await Promise.all([firewallWarnings(stack), changed ? limitWarnings() : []]);
    const warnings = [...warningsOf(deployment), ...firewall, ...limits, ...probeWarnings(stack, seen)];
    const status = { ...stackStatus(stack, seen), warnings };
    if (json) {
      printJson(upOutput, { deployment: deployment.name, runner: used, changed, ...status });
      return;
    }
    console.log(statusTable(status));
    console.log(
      changed ? `${deployment.name} is up (${used}).` : `${deployment.name} is up; nothing to do (${used}).`,
    );
    const { enabled, scope } = deployment.firewall;
    if (enabled && scope === "host")
      for (const line of confirmationSteps(deployment.name, await firewallStatus(deployment.name)))
        console.log(line);
    for (const line of nextSteps(deployment, home, configWords(config))) console.log(line);
  });

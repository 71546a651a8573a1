import { warningsOf } from "../config/warnings.ts";
import { type Deployed, type DeployOptions, deploy, settled } from "../runners/deploy.ts";
import { backupOf, handOverHome } from "../runners/docker/backup.ts";
import { EngineError } from "../runners/docker/engine-errors.ts";
import { firewallStatus } from "../runners/docker/firewall.ts";
import { firewallWarnings } from "../runners/docker/firewall-check.ts";
import { impostors, inALine } from "../runners/docker/impostors.ts";
import { inspectNetworks } from "../runners/docker/networks.ts";
import type { Observation } from "../runners/docker/observe.ts";
import { limitWarnings } from "../runners/docker/unapplied.ts";
import { openFiles } from "../runners/doctor/own-files.ts";
import { NotInstalledError } from "../runners/run.ts";
import type { Stack } from "../runners/stack.ts";
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
import { type UpOptions, upOnSwarm } from "./swarm/up.ts";
import { judgedBefore, type Synthesized, synthesize } from "./synthesize.ts";
import { VERBS } from "./verbs.ts";

interface Options extends UpOptions {
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
    const before = judgedBefore(config);
    const made = () => synthesize(config);
    const first = before ?? (await made());
    const how = { runner, report: progress, signal: interruptSignal(), replaceData };
    // A swarm refuses it, which is asked before anything is installed, where there is an engine to be asked.
    if (setup && (await targetIfAsked(first, target)) !== "swarm") await prepareMachine({ ...how, ...first });
    if ((await targetOf(first.deployment.name, target)) === "swarm")
      return upOnSwarm(before === undefined ? first : await made(), options);
    const {
      synthesized: { deployment, stack, home },
      deployed: { changed, runner: used, seen },
    } = before === undefined ? await broughtUp(first, how) : await settledOr(before, made, how);
    if (backupOf(stack) !== undefined) await handOverHome(stack, home);
    const looked = [firewallWarnings(stack), changed ? limitWarnings() : [], otherHosts(stack, seen)];
    const found = (await Promise.all(looked)).flat();
    const warnings = [...warningsOf(deployment), ...openFiles(home), ...found, ...probeWarnings(stack, seen)];
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

/** @returns undefined where no engine can be asked: it may be this that is missing */
async function targetIfAsked(
  { deployment }: Synthesized,
  target: Target | undefined,
): Promise<Target | undefined> {
  try {
    return target === "swarm" ? target : await targetOf(deployment.name, target);
  } catch (error) {
    const isWithout = error instanceof EngineError && error.trouble !== "no leader";
    if (isWithout || error instanceof NotInstalledError) return undefined;
    throw error;
  }
}

async function otherHosts(stack: Stack, { containers }: Observation): Promise<readonly string[]> {
  const networks = await inspectNetworks(stack.networks.map(({ name }) => name));
  return (await impostors(stack, { containers, networks })).map(inALine);
}

interface Brought {
  readonly synthesized: Synthesized;
  readonly deployed: Deployed;
}

type How = Omit<DeployOptions, "stack" | "home">;

const broughtUp = async (synthesized: Synthesized, how: How): Promise<Brought> => ({
  synthesized,
  deployed: await during(() => deploy({ ...how, ...synthesized })),
});

/** The stack that was judged today is enough to see that there is nothing to do; anything else is made and judged first. */
async function settledOr(before: Synthesized, made: () => Promise<Synthesized>, how: How): Promise<Brought> {
  const deployed = await settled({ ...how, ...before });
  return deployed === undefined ? broughtUp(await made(), how) : { synthesized: before, deployed };
}

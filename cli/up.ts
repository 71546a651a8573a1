import { unreadTopics } from "../config/topic-checks.ts";
import { deploy } from "../engines/deploy.ts";
import { firewallStatus } from "../engines/docker/firewall.ts";
import { firewallWarnings } from "../engines/docker/firewall-check.ts";
import type { EngineName } from "../engines/record.ts";
import { confirmationSteps } from "./firewall.ts";
import { nextSteps } from "./next-steps.ts";
import { configOption, engineOption, jsonOption, verb } from "./options.ts";
import { probeWarnings } from "./probe-warnings.ts";
import { interruptSignal, progress } from "./progress.ts";
import { prepareMachine } from "./setup/prepare-machine.ts";
import { stackStatus } from "./stack-status.ts";
import { statusTable } from "./status-table.ts";
import { synthesize } from "./synthesize.ts";

interface Options {
  readonly config: string;
  readonly engine: EngineName | "auto";
  readonly json?: true;
  readonly setup?: true;
}

export const upCommand = verb("up", "deploy: make what runs equal to what is configured")
  .addOption(configOption())
  .addOption(engineOption())
  .addOption(jsonOption())
  .option(
    "--setup",
    "install what this machine lacks first (Docker, compose plugin; Debian and Ubuntu, as root)",
  )
  .action(async ({ config, engine, json, setup }: Options) => {
    const signal = interruptSignal();
    const { deployment, stack, home } = await synthesize(config);
    for (const line of unreadTopics(deployment)) progress(line);
    if (setup) await prepareMachine({ stack, home, engine, report: progress, signal });
    const { changed, engine: used, seen } = await deploy({ stack, home, engine, report: progress, signal });
    const warnings = [...(await firewallWarnings(stack)), ...probeWarnings(stack, seen)];
    const status = { ...stackStatus(stack, seen), warnings };
    if (json) {
      console.log(
        JSON.stringify({ deployment: deployment.name, engine: used, changed, ...status }, undefined, 2),
      );
      return;
    }
    console.log(statusTable(status));
    console.log(
      changed ? `${deployment.name} is up (${used}).` : `${deployment.name} is up; nothing to do (${used}).`,
    );
    for (const line of nextSteps(deployment, stack, home)) console.log(line);
    const { enabled, scope } = deployment.firewall;
    if (enabled && scope === "host")
      for (const line of confirmationSteps(deployment.name, await firewallStatus(deployment.name)))
        console.log(line);
  });

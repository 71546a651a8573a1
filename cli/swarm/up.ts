import { UserError } from "../../core/errors.ts";
import { chosenWay, deployOnSwarm } from "../../render/swarm/deploy.ts";
import { backupOf, handOverHome } from "../../runners/docker/backup.ts";
import type { RunnerName } from "../../runners/record.ts";
import { PlaceError } from "../../runners/swarm/node-engine.ts";
import { printJson } from "../json.ts";
import { nextSteps } from "../next-steps.ts";
import { configWords } from "../options.ts";
import { during, interruptSignal, progress } from "../progress.ts";
import { upOutput } from "../status-output.ts";
import { statusTable } from "../status-table.ts";
import type { Synthesized } from "../synthesize.ts";
import { swarmReport } from "./status.ts";

/** What `up` takes, on a swarm as on one machine. */
export interface UpOptions {
  readonly config: string;
  readonly runner: RunnerName | "auto";
  readonly json?: true;
  readonly setup?: true;
  readonly replaceData: readonly string[];
}

/** `up` of a deployment on the swarm of which this engine is a manager. */
export async function upOnSwarm(synthesized: Synthesized, options: UpOptions): Promise<void> {
  const { deployment, stack, home } = synthesized;
  const { config, runner, json } = options;
  refuseOfOneMachine(options);
  const signal = interruptSignal();
  progress(`${deployment.name}: on the swarm of which this engine is a manager`);
  const changed = await during(() => deployOnSwarm({ stack, home, runner, report: progress, signal }));
  const [report, { way }] = await Promise.all([
    swarmReport(synthesized, undefined),
    chosenWay({ runner: "auto", stack, home }),
  ]);
  if (report === undefined) throw new UserError(`${deployment.name} is gone from the swarm`, "run up again");
  const { well, containers, unknown, resources } = report;
  // All is as configured, or up would have failed: these are what others have put there.
  const others = resources.map(({ kind, name, difference }) => `${kind} ${name}: ${difference}`);
  const warnings = [...report.warnings, ...others, ...(await handedOver(synthesized))];
  const status = { well, containers, unknown, warnings };
  if (json) {
    printJson(upOutput, { deployment: deployment.name, runner: way, changed, ...status });
    return;
  }
  console.log(statusTable(status));
  console.log(`${deployment.name} is up on the swarm${changed ? "" : "; nothing to do"} (${way}).`);
  for (const line of nextSteps(deployment, home, configWords(config))) console.log(line);
}

/**
 * Gives backups the deployment's own directory, as `up` does on one machine.
 *
 * @returns why it could not be done
 */
async function handedOver({ stack, home }: Synthesized): Promise<readonly string[]> {
  if (backupOf(stack) === undefined) return [];
  try {
    await handOverHome(stack, home);
    return [];
  } catch (error) {
    if (!(error instanceof PlaceError)) throw error;
    return [`backups lack the deployment's own directory until up is run again: ${error.message}`];
  }
}

function refuseOfOneMachine({ setup, replaceData }: UpOptions): void {
  if (setup)
    throw new UserError(
      "--setup: installs what one machine needs; allowed for a swarm: up without it",
      "install Docker on every node, and join them: docker swarm init, docker swarm join",
    );
  if (replaceData.length > 0)
    throw new UserError(
      `--replace-data ${replaceData[0]}: a volume of a swarm is on the disk of one node, which up does not reach; allowed: up without it`,
      `remove it on that node, while the service is away: docker volume rm NAME`,
    );
}

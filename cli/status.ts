import { setTimeout as delay } from "node:timers/promises";
import { EXIT } from "../core/report.ts";
import { UsageMeter } from "../runners/docker/usage.ts";
import { isOnSwarm } from "../runners/swarm/deployed.ts";
import { isWorker } from "../runners/swarm/manager.ts";
import { isSpread } from "../runners/swarm/place.ts";
import { printJson } from "./json.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { type StatusReport, statusOutput } from "./status-output.ts";
import { statusReport, statusText } from "./status-report.ts";
import { nodeReport } from "./swarm/leaderless.ts";
import { swarmReport } from "./swarm/status.ts";
import { type Synthesized, synthesize } from "./synthesize.ts";
import { VERBS } from "./verbs.ts";

interface Options {
  readonly config: string;
  readonly json?: true;
  readonly watch?: true;

  /** False with --no-usage. */
  readonly usage: boolean;
}

const WATCH_MS = 2000;

/** Moves to the top of the screen and clears it. */
const CLEAR = "\u001b[H\u001b[2J";

export const statusCommand = verb("status", VERBS.status)
  .addOption(configOption())
  .addOption(jsonOption())
  .option("--no-usage", "do not measure memory and CPU")
  .option("--watch", "show it again and again until Ctrl-C; with --json one line each time")
  .addHelpText(
    "after",
    "\nCPU is the mean since the start of the container, with --watch since the look before.\nExits with 2 when something is not as configured, does not answer, or was restarted within 10 minutes, when the bridge to a central broker is not connected, or when a sensor of the site file is silent.",
  )
  .action(async ({ config, json, watch, usage }: Options) => {
    const synthesized = await synthesize(config, { unjudged: true });
    const meter = usage ? new UsageMeter() : undefined;
    do {
      const report = await reportOf(synthesized, meter);
      if (json) printJson(statusOutput, report, watch ? "line" : "document");
      else console.log(screen(report, watch));
      process.exitCode = report.asConfigured ? EXIT.ok : EXIT.changes;
      if (watch) await delay(WATCH_MS);
    } while (watch);
  });

const OF_A_WORKER =
  "this engine is a worker of a swarm, and only a manager knows whether the deployment is on that: ask with DOCKER_HOST=ssh://MANAGER";

/** A swarm is asked only where no container of the deployment is on this engine without one. Without its leader this node is told of. */
const reportOf = (synthesized: Synthesized, meter: UsageMeter | undefined): Promise<StatusReport> =>
  wholeReport(synthesized, meter).catch((error: unknown) => nodeReport(synthesized, meter, error));

async function wholeReport(synthesized: Synthesized, meter: UsageMeter | undefined): Promise<StatusReport> {
  const known = isSpread() ? await swarmReport(synthesized, meter) : undefined;
  if (known !== undefined) return known;
  const report = await statusReport(synthesized, meter);
  const isAbsent = report.state === "not deployed" || report.state === "down";
  if (!isAbsent) return report;
  const onSwarm = (await isOnSwarm(synthesized.deployment.name))
    ? await swarmReport(synthesized, meter)
    : undefined;
  if (onSwarm !== undefined) return onSwarm;
  return (await isWorker()) ? { ...report, unknown: [...report.unknown, OF_A_WORKER] } : report;
}

const screen = (report: StatusReport, watch: true | undefined): string =>
  watch && process.stdout.isTTY ? `${CLEAR}${statusText(report)}` : statusText(report);

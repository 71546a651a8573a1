import { InvalidArgumentError } from "commander";
import pc from "picocolors";
import { z } from "zod";
import { roleOf } from "../core/labels.ts";
import { EngineError } from "../runners/docker/engine-errors.ts";
import { type LogLine, type LogSources, readLogs } from "../runners/docker/logs.ts";
import { inspectSome } from "../runners/docker/observe.ts";
import type { Stack } from "../runners/stack.ts";
import { swarmService } from "../runners/swarm/names.ts";
import { observeSwarm } from "../runners/swarm/observe-swarm.ts";
import { followSwarm } from "../runners/swarm/place.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { interruptSignal, progress } from "./progress.ts";
import { servicesNamed } from "./service-arguments.ts";
import { synthesize } from "./synthesize.ts";
import { VERBS } from "./verbs.ts";

/** One line of `--json`, which is one object a line. */
export const logsOutput = z.object({
  time: z.string().describe("when the engine received it, RFC 3339 in UTC"),
  service: z.string(),
  text: z.string(),
});

interface Options {
  readonly config: string;
  readonly json?: true;
  readonly follow?: true;
  readonly since?: string;
  readonly tail: number;
}

export const logsCommand = verb("logs", VERBS.logs, "logs --follow --since 10m mosquitto ingest")
  .argument("[service...]", "such as mosquitto; all of them if none is named")
  .addOption(configOption())
  .addOption(jsonOption())
  .option("-f, --follow", "go on until Ctrl-C")
  .option("--since <time>", "from then on: 10m, 2h, or 2026-11-29T08:00:00Z", moment)
  .option("-n, --tail <lines>", "the last lines of all together, unless followed; 0 shows all", whole, 200)
  .action(async (names: readonly string[], { config, json, follow, since, tail }: Options) => {
    const { stack } = await synthesize(config, { unjudged: true });
    const services = servicesNamed(stack, names);
    const lines: LogLine[] = [];
    const print = (line: LogLine) => console.log(json ? JSON.stringify(line) : shown(line));
    const without = await readLogs(
      services,
      { since, follow: follow === true, signal: interruptSignal() },
      follow ? print : (line) => void lines.push(line),
      await swarmLogs(stack),
    );
    for (const line of tail === 0 ? lines : lines.slice(-tail)) print(line);
    for (const service of without) progress(`${service}: has no container here, and so no log`);
  });

/** On a swarm a manager has them from every node; without its leader, the engine of a node has those of its own containers. */
async function swarmLogs(stack: Stack): Promise<LogSources | undefined> {
  try {
    const swarm = await observeSwarm(stack.name);
    if (swarm === undefined) return undefined;
    return (spec) =>
      swarm.services.has(roleOf(spec))
        ? { ask: ["service", "logs", "--raw"], of: swarmService(stack.name, roleOf(spec)) }
        : undefined;
  } catch (error) {
    if (!(error instanceof EngineError) || error.trouble !== "no leader") throw error;
    progress(`${error.message}; these are the logs of this engine's own node`);
    await followSwarm(stack);
    const { found } = await inspectSome(stack.containers.map(({ name }) => name));
    const ids = new Map(found.map(({ Name, Id }) => [Name, Id]));
    return ({ name }) => {
      const id = ids.get(`/${name}`);
      return id === undefined ? undefined : { ask: ["logs"], of: id };
    };
  }
}

const colors = pc.createColors(process.stdout.isTTY === true && process.env.NO_COLOR === undefined);

const shown = ({ time, service, text }: LogLine): string =>
  `${colors.dim(time.replace(/\.(\d{3})\d*Z$/, ".$1Z"))} ${colors.bold(service)} ${text}`;

/** As Docker takes it: it reads anything else as a number of seconds since 1970, or fails in its own words. */
function moment(text: string): string {
  if (/^(\d+(\.\d+)?(h|m|s|ms))+$/.test(text)) return text;
  if (/^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2})?)?$/.test(text) && !Number.isNaN(Date.parse(text)))
    return text;
  throw new InvalidArgumentError(
    "Allowed: a duration such as 10m or 2h, or a time such as 2026-11-29T08:00:00Z.",
  );
}

/** A whole number that is not negative. */
export function whole(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError("Allowed: a whole number from 0 to 999999.");
  return Number(text);
}

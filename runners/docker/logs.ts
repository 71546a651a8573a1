import { roleOf } from "../../core/labels.ts";
import { eachLineOf } from "../run.ts";
import type { ContainerSpec } from "../stack.ts";
import { inspect } from "./observe.ts";

/** One line that a container wrote. */
export interface LogLine {
  /** When the engine received it, RFC 3339 in UTC. */
  readonly time: string;
  readonly service: string;
  readonly text: string;
}

export interface LogQuery {
  /** As Docker takes it: `10m`, `2026-11-29T08:00:00Z`. @default - from the beginning */
  readonly since?: string | undefined;

  /** Goes on with what is written from now on. */
  readonly follow: boolean;

  readonly signal: AbortSignal;
}

/** The logs of containers by their names, each with the words of Docker that ask for it. */
async function ofContainers(specs: readonly ContainerSpec[]): Promise<LogSources> {
  const states = await inspect(specs.map(({ name }) => name));
  return (spec) => {
    const state = states.find(({ Name }) => Name === `/${spec.name}`);
    return state === undefined ? undefined : { ask: ["logs"], of: state.Id };
  };
}

/** Where the log of a service is; undefined where there is none. */
export type LogSources = (
  spec: ContainerSpec,
) => { readonly ask: readonly string[]; readonly of: string } | undefined;

/**
 * Reads the logs of containers. Without `follow` the lines come in the order of their times, all services together.
 *
 * @param sources where the logs are. @default - in the containers of this engine
 * @returns the services that have no container, and so no log
 */
export async function readLogs(
  specs: readonly ContainerSpec[],
  { since, follow, signal }: LogQuery,
  onLine: (line: LogLine) => void,
  sources?: LogSources,
): Promise<readonly string[]> {
  const sourceOf = sources ?? (await ofContainers(specs));
  const gathered: LogLine[] = [];
  const take = follow ? onLine : (line: LogLine) => void gathered.push(line);
  const read = specs.map(async (spec) => {
    const source = sourceOf(spec);
    if (source === undefined) return [roleOf(spec)];
    const argv = [
      ...["docker", ...source.ask, "--timestamps"],
      ...(since === undefined ? [] : ["--since", since]),
      ...(follow ? ["--follow"] : []),
      source.of,
    ] as unknown as [string, ...string[]];
    await eachLineOf(
      argv,
      (raw) => {
        const at = raw.indexOf(" ");
        take({ time: raw.slice(0, at), service: roleOf(spec), text: raw.slice(at + 1) });
      },
      signal,
    );
    return [];
  });
  const without = (await Promise.all(read)).flat();
  for (const line of gathered.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))) onLine(line);
  return without;
}

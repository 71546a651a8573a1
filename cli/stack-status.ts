import { LABEL } from "../core/labels.ts";
import type { ContainerState, Observation } from "../engines/docker/observe.ts";
import type { PortTrouble } from "../engines/docker/published-ports.ts";
import { memoryLimit } from "../engines/docker/reasons.ts";
import { findDrift } from "../engines/drift.ts";
import type { ContainerSpec, Stack } from "../engines/stack.ts";
import { renderTable } from "./table.ts";

export interface ContainerStatus {
  readonly role: string;
  readonly container: string;

  /** As Docker says it: running, exited, …; `absent` where there is none. */
  readonly state: string;

  /** `healthy`, `unhealthy`, `starting`; `done` for a job that ended well. */
  readonly health: string;

  /** `address:port` on the host, for each published port. */
  readonly listens: readonly string[];

  /** What is not as deployed. */
  readonly difference?: string;

  /** What does not work although the container is as deployed: restarts, ports that do not answer. */
  readonly trouble?: readonly string[];
}

export interface StackStatus {
  readonly well: boolean;
  readonly containers: readonly ContainerStatus[];

  /** What could not be found out, and so may be well or not. */
  readonly unknown: readonly string[];
}

/** A service that was restarted within this time is not called well: it may be healthy between two restarts only. */
const RECENT_SECONDS = 600;

/**
 * How a stack is, as the engine was seen.
 *
 * @param ports what came of trying the published ports; not tried where it is left out
 */
export function stackStatus(
  stack: Stack,
  seen: Observation,
  ports: readonly PortTrouble[] = [],
): StackStatus {
  const drift = new Map(
    findDrift(stack, seen, undefined).map(({ container, difference }) => [container, difference]),
  );
  const containers = stack.containers.map((spec) => {
    const found = seen.containers.get(spec.name);
    const state = found?.State;
    const difference = drift.get(spec.name);
    const trouble = [
      ...restarts(spec, found),
      ...ports.filter(({ container, known }) => known && container === spec.name).map(({ what }) => what),
    ];
    return {
      role: spec.labels[LABEL.role] ?? spec.name,
      container: spec.name,
      state: state?.Status ?? "absent",
      health: health(spec, state?.Health?.Status, state?.ExitCode),
      listens: (spec.block.ports ?? []).map(({ ip, external }) => `${ip}:${external}`),
      ...(difference === undefined ? {} : { difference }),
      ...(trouble.length === 0 ? {} : { trouble }),
    };
  });
  return {
    well: containers.every(
      ({ health, trouble }) => (health === "healthy" || health === "done") && trouble === undefined,
    ),
    containers,
    unknown: ports.filter(({ known }) => !known).map(({ container, what }) => `${container}: ${what}`),
  };
}

/** A restart of late, with the reason where the engine still knows it. */
function restarts(spec: ContainerSpec, found: ContainerState | undefined): readonly string[] {
  if (spec.job || found === undefined || found.RestartCount === 0) return [];
  const { StartedAt, OOMKilled } = found.State;
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(StartedAt)) / 1000));
  if (seconds > RECENT_SECONDS) return [];
  const times = found.RestartCount === 1 ? "once" : `${found.RestartCount} times`;
  const why = OOMKilled ? `, out of memory: ${memoryLimit(spec)}` : "";
  return [`was restarted ${times}, last ${seconds} s ago${why}`];
}

function health(spec: ContainerSpec, reported: string | undefined, exitCode: number | undefined): string {
  if (spec.job) return exitCode === undefined ? "-" : exitCode === 0 ? "done" : `failed (${exitCode})`;
  return reported ?? "-";
}

/** The services first, as a person looks for them; jobs that are done are left out. */
export function statusTable({
  containers,
  unknown,
  warnings,
}: StackStatus & { readonly warnings: readonly string[] }): string {
  const rows = containers
    .filter(({ health, difference }) => health !== "done" || difference !== undefined)
    .map(({ role, state, health, listens, difference, trouble = [] }) => [
      role,
      state,
      health,
      listens.join("\n") || "inside only",
      [...(difference === undefined ? [] : [difference]), ...trouble].join("\n"),
    ]);
  const table = renderTable(["service", "state", "health", "listens on", "difference"], rows);
  return [table, ...[...unknown, ...warnings].map((line) => `warning: ${line}`)].join("\n");
}

import { LABEL } from "../config/labels.ts";
import type { Observation } from "../engines/docker/observe.ts";
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
}

export interface StackStatus {
  readonly well: boolean;
  readonly containers: readonly ContainerStatus[];
}

/** How a stack is, as the engine was seen. */
export function stackStatus(stack: Stack, seen: Observation): StackStatus {
  const drift = new Map(
    findDrift(stack, seen, undefined).map(({ container, difference }) => [container, difference]),
  );
  const containers = stack.containers.map((spec) => {
    const state = seen.containers.get(spec.name)?.State;
    const difference = drift.get(spec.name);
    return {
      role: spec.labels[LABEL.role] ?? spec.name,
      container: spec.name,
      state: state?.Status ?? "absent",
      health: health(spec, state?.Health?.Status, state?.ExitCode),
      listens: (spec.block.ports ?? []).map(({ ip, external }) => `${ip}:${external}`),
      ...(difference === undefined ? {} : { difference }),
    };
  });
  return { well: containers.every(({ health }) => health === "healthy" || health === "done"), containers };
}

function health(spec: ContainerSpec, reported: string | undefined, exitCode: number | undefined): string {
  if (spec.job) return exitCode === undefined ? "-" : exitCode === 0 ? "done" : `failed (${exitCode})`;
  return reported ?? "-";
}

/** The services first, as a person looks for them; jobs that are done are left out. */
export function statusTable({
  containers,
  warnings,
}: StackStatus & { readonly warnings: readonly string[] }): string {
  const rows = containers
    .filter(({ health, difference }) => health !== "done" || difference !== undefined)
    .map(({ role, state, health, listens, difference }) => [
      role,
      state,
      health,
      listens.join("\n") || "inside only",
      difference ?? "",
    ]);
  const table = renderTable(["service", "state", "health", "listens on", "difference"], rows);
  return [table, ...warnings.map((line) => `warning: ${line}`)].join("\n");
}

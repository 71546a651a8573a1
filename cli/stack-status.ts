import { LABEL, roleOf } from "../core/labels.ts";
import type { Impostor } from "../runners/docker/impostors.ts";
import type { ContainerState, ImageState, Observation } from "../runners/docker/observe.ts";
import { qualified } from "../runners/docker/observe.ts";
import type { PortTrouble } from "../runners/docker/published-ports.ts";
import { memoryLimit } from "../runners/docker/reasons.ts";
import type { Usage } from "../runners/docker/usage.ts";
import { type Drift, difference } from "../runners/drift.ts";
import type { ContainerSpec, Stack } from "../runners/stack.ts";
import type { BackupReport, StackStatus } from "./status-output.ts";

/** Known facts of a stack besides its containers. @default - nothing differs, nothing was tried or measured */
export interface Known {
  readonly drift?: readonly Drift[];
  readonly ports?: readonly PortTrouble[];
  readonly usage?: ReadonlyMap<string, Usage>;
  readonly backup?: BackupReport | undefined;
}

/** A service that was restarted within this time is not called well: it may be healthy between two restarts only. */
const RECENT_SECONDS = 600;

/** How the containers of a stack are, as the engine was seen. */
export function stackStatus(
  stack: Stack,
  seen: Observation,
  { drift = [], ports = [], usage = new Map(), backup }: Known = {},
): StackStatus {
  const differing = new Map(
    drift.filter(({ kind }) => kind === "container").map((entry) => [entry.name, entry]),
  );
  const containers = stack.containers.map((spec) => {
    const found = seen.containers.get(spec.name);
    const trouble = [
      ...restarts(spec, found),
      ...ports.filter(({ container, known }) => known && container === spec.name).map(({ what }) => what),
      ...(roleOf(spec) === "backup" ? (backup?.problems ?? []) : []),
    ];
    return {
      role: spec.labels[LABEL.role] ?? spec.name,
      container: spec.name,
      state: found?.State.Status ?? "absent",
      health: health(spec, found?.State.Health?.Status, found?.State.ExitCode),
      ...history(found),
      ...imageOf(spec, seen.images.get(qualified(spec.image))),
      ...usageOf(spec, usage.get(spec.name)),
      listens: (spec.block.ports ?? []).map(({ ip, external }) => `${ip}:${external}`),
      ...differences(differing.get(spec.name)),
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

const history = (found: ContainerState | undefined) =>
  found === undefined ? {} : { since: found.State.StartedAt, restarts: found.RestartCount };

const imageOf = ({ image }: ContainerSpec, found: ImageState | undefined) =>
  found === undefined ? {} : { image: { name: image, created: found.Created } };

export function usageOf({ block: { memory, cpus } }: ContainerSpec, usage: Usage | undefined) {
  if (usage === undefined) return {};
  return {
    usage: {
      ...usage,
      ...(memory === undefined ? {} : { memoryLimitMiB: memory }),
      ...(cpus === undefined ? {} : { cpuLimit: Number(cpus) }),
    },
  };
}

const differences = (drift: Drift | undefined) =>
  drift === undefined
    ? {}
    : {
        difference: difference(drift),
        ...(drift.changes.length === 0 ? {} : { changes: drift.changes }),
      };

/** A recent restart, with the reason where the engine still knows it. */
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

/** Somebody who answers to a name of the deployment, as a difference of the network. */
export const resourceOf = ({ network, difference }: Impostor) => ({
  ...{ kind: "network" as const, name: network, changes: [], difference },
});

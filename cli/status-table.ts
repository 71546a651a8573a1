import { ageOf } from "./age.ts";
import type { ContainerStatus, StackStatus } from "./status-output.ts";
import { renderTable } from "./table.ts";

const CPU = {
  start: "CPU since start",
  "look before": "CPU since last look",
  "second before": "CPU",
} as const;

const head = (containers: readonly ContainerStatus[]) => [
  ...["service", "state", "health", "since", "image", "memory"],
  CPU[containers.find(({ usage }) => usage !== undefined)?.usage?.cpuSince ?? "second before"],
  ...["restarts", "listens on", "difference"],
];

/** The services first, as a person looks for them; jobs that are done are left out. */
export function statusTable({
  containers,
  unknown,
  warnings,
}: StackStatus & { readonly warnings: readonly string[] }): string {
  const rows = containers
    .filter(({ health, difference }) => health !== "done" || difference !== undefined)
    .map((status) => [
      ...[status.role, status.node === undefined ? status.state : `${status.state} on ${status.node}`],
      status.health,
      ...[ageOf(status.since), ageOf(status.image?.created), memory(status), cpu(status)],
      ...[status.restarts ? String(status.restarts) : "", status.listens.join("\n") || "inside only"],
      [status.difference ?? [], status.trouble ?? []].flat().join("\n"),
    ]);
  return [
    renderTable(head(containers), rows),
    ...[...unknown, ...warnings].map((line) => `warning: ${line}`),
  ].join("\n");
}

function memory({ usage }: ContainerStatus): string {
  if (usage === undefined) return "";
  const limit = usage.memoryLimitMiB === undefined ? "" : ` of ${usage.memoryLimitMiB}`;
  return `${Math.round(usage.memoryMiB)}${limit} MiB`;
}

/** In CPUs, as the limit is. */
function cpu({ usage }: ContainerStatus): string {
  if (usage === undefined) return "";
  const limit = usage.cpuLimit === undefined ? "" : ` of ${usage.cpuLimit}`;
  return `${(usage.cpuPercent / 100).toFixed(2)}${limit}`;
}

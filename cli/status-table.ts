import type { ContainerStatus, StackStatus } from "./stack-status.ts";
import { renderTable } from "./table.ts";

const HEAD = [
  ...["service", "state", "health", "since", "image", "memory", "CPU", "restarts", "listens on"],
  "difference",
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
      ...[status.role, status.state, status.health],
      ...[ageOf(status.since), ageOf(status.image?.created), memory(status), cpu(status)],
      ...[status.restarts ? String(status.restarts) : "", status.listens.join("\n") || "inside only"],
      [status.difference ?? [], status.trouble ?? []].flat().join("\n"),
    ]);
  return [renderTable(HEAD, rows), ...[...unknown, ...warnings].map((line) => `warning: ${line}`)].join("\n");
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

const STEPS = [
  { unit: "d", seconds: 86_400 },
  { unit: "h", seconds: 3600 },
  { unit: "min", seconds: 60 },
] as const;

/** How long ago a moment was, as a person counts it: `3 d`, `12 min`, `5 s`. */
export function ageOf(moment: string | undefined): string {
  // What was made and never started has the year 1.
  if (moment === undefined || moment.startsWith("0001")) return "";
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(moment)) / 1000));
  const step = STEPS.find((step) => seconds >= step.seconds);
  return step === undefined ? `${seconds} s` : `${Math.floor(seconds / step.seconds)} ${step.unit}`;
}

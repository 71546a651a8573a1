import { InvalidArgumentError } from "commander";
import { z } from "zod";
import { loadDeployment } from "../config/load.ts";
import { EXIT } from "../core/report.ts";
import type { Deployment } from "../services/deployment.ts";
import { COEFFICIENTS } from "./capacity/coefficients.ts";
import { groupsOf, rateOf, sensorsIn } from "./capacity/load.ts";
import { firstOf, type Resource, resourcesOf, rowsOf, shareOf } from "./capacity/plan.ts";
import { printJson } from "./json.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { renderTable } from "./table.ts";
import { VERBS } from "./verbs.ts";

interface Options {
  readonly config: string;
  readonly json?: true;
  readonly sensors?: number;
  readonly interval?: number;
  readonly devices?: number;
  readonly sockets: number;
  readonly disk?: number;
}

export const capacityOutput = z.strictObject({
  deployment: z.string(),
  sensors: z.int(),
  devices: z.int().describe("connections at the broker; a sensor is one, unless --devices says otherwise"),
  readingsPerSecond: z.number(),
  readingsKept: z.number().describe("when everything was kept as long as retention says"),
  sumsKept: z.number().describe("of hours and days, the same"),
  backups: z
    .strictObject({
      snapshots: z.int().describe("the most that retention keeps"),
      dumpBytes: z.number().describe("of one, before it is compressed and shared"),
    })
    .exactOptional(),
  resources: z
    .array(
      z.strictObject({
        resource: z.string(),
        unit: z.string(),
        needed: z.number(),
        holds: z.number().exactOptional().describe("absent where nobody said how much there is"),
        share: z.number().exactOptional().describe("needed : holds; above 1 it is not enough"),
        source: z.string().describe("where the figures come from"),
        change: z.string().describe("the change that gives more of it"),
      }),
    )
    .readonly(),
  first: z
    .string()
    .exactOptional()
    .describe("of those that sensors use up, the resource that is exhausted first"),
  mostSensors: z
    .int()
    .exactOptional()
    .describe("such sensors until then, with connections in proportion, and as many sockets"),
  fits: z.boolean(),
});

type Capacity = z.output<typeof capacityOutput>;

export const capacityCommand = verb(
  "capacity",
  VERBS.capacity,
  "capacity -c site.yaml --sensors 2000 --interval 10 --disk 100",
)
  .addOption(configOption())
  .addOption(jsonOption())
  .option("--sensors <number>", "so many alike; default: those of the site file", whole)
  .option(
    "--interval <seconds>",
    "between two readings of one, where the site file does not say it",
    positive,
  )
  .option("--devices <number>", "connections at the broker; default: one for each sensor", whole)
  .option("--sockets <number>", "pages and programs that follow live", whole, 50)
  .option("--disk <gib>", "size of the disk that the database is on, in GiB", positive)
  .addHelpText(
    "after",
    "\nAsks no engine. Every figure is followed by the file that it comes from. Exits with 1 when something is not enough.",
  )
  .action(async ({ config, json, ...asked }: Options) => {
    const capacity = capacityOf(await loadDeployment(config), asked);
    if (json) printJson(capacityOutput, capacity);
    else console.log(textOf(capacity));
    process.exitCode = capacity.fits ? EXIT.ok : EXIT.userError;
  });

/** The plan for what is asked. */
export function capacityOf(deployment: Deployment, asked: Omit<Options, "config" | "json">): Capacity {
  const groups = groupsOf(deployment, asked);
  const sensors = sensorsIn(groups);
  const devices = asked.devices ?? sensors;
  const resources = resourcesOf(deployment, {
    ...{ groups, devices, sockets: asked.sockets },
    ...(asked.disk === undefined ? {} : { diskBytes: asked.disk * 2 ** 30 }),
  });
  const { readings, sums } = rowsOf(groups, deployment.retention);
  const first = firstOf(resources);
  return {
    ...{ deployment: deployment.name, sensors, devices, readingsPerSecond: rateOf(groups) },
    ...{ readingsKept: Math.round(readings), sumsKept: sums },
    ...backupsOf(deployment, readings + sums),
    resources: resources.map((resource) => ({
      ...resource,
      ...(resource.holds === undefined ? {} : { share: shareOf(resource) }),
    })),
    ...(first === undefined
      ? {}
      : { first: first.resource, mostSensors: Math.floor(sensors / shareOf(first)) }),
    fits: resources.every((resource) => !(shareOf(resource) > 1)),
  };
}

function backupsOf({ backup }: Deployment, rows: number): Pick<Capacity, "backups"> {
  if (!backup.enabled) return {};
  const { last, daily, weekly, monthly } = backup.keep;
  const dumpBytes = Math.round(rows * COEFFICIENTS.bytesPerDumped.value);
  return { backups: { snapshots: last + daily + weekly + monthly, dumpBytes } };
}

function textOf({
  sensors,
  devices,
  readingsPerSecond,
  resources,
  first,
  mostSensors,
  ...rest
}: Capacity): string {
  const { backups } = rest;
  return [
    `${rest.deployment}: ${sensors} sensors, ${devices} connections, ${short(readingsPerSecond)} readings a second; ${short(rest.readingsKept)} readings and ${short(rest.sumsKept)} sums are kept`,
    renderTable(
      ["resource", "needed", "holds", "share", "source"],
      resources.map(({ resource, unit, needed, holds, share, source }) => [
        ...[resource, amount(needed, unit), holds === undefined ? "not said" : amount(holds, unit)],
        ...[share === undefined ? "" : `${Math.round(share * 100)} %`, source],
      ]),
    ),
    ...(backups === undefined
      ? []
      : [
          `backups: at most ${backups.snapshots} snapshots; a dump is ${amount(backups.dumpBytes, "bytes")} before it is compressed (${COEFFICIENTS.bytesPerDumped.source})`,
        ]),
    ...(first === undefined ? [] : [`exhausted first: ${first}, at ${mostSensors} such sensors`]),
    ...resources
      .filter((resource) => resource.resource === first || !(shareOf(resource) <= 1))
      .map(({ resource, change }: Resource) => `${resource}: ${change}`),
  ].join("\n");
}

function amount(value: number, unit: string): string {
  if (unit !== "bytes") return `${short(value)} ${unit.split(",")[0]}`;
  return value < 2 ** 30 ? `${short(value / 2 ** 20)} MiB` : `${short(value / 2 ** 30)} GiB`;
}

const short = (value: number) => value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 2 : 0 });

function whole(given: string): number {
  if (/^\d{1,9}$/.test(given) && Number(given) > 0) return Number(given);
  throw new InvalidArgumentError("Allowed: a whole number from 1 to 999999999.");
}

function positive(given: string): number {
  const value = Number(given);
  if (/^\d+(\.\d+)?$/.test(given) && value >= 0.001 && value <= 1e9) return value;
  throw new InvalidArgumentError("Allowed: a number from 0.001 up.");
}

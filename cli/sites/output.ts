import { z } from "zod";
import { EXIT } from "../../core/report.ts";
import { renderTable } from "../table.ts";

export const SITE_VERBS = ["synth", "plan", "up", "status", "down"] as const;

export type SiteVerb = (typeof SITE_VERBS)[number];

export const outcome = z
  .enum(["done", "changes", "failed", "interrupted", "not reached"])
  .describe(
    "changes: the verb ended with 2; interrupted: it was ended before its time; not reached: it was not begun",
  );

const siteRow = z.strictObject({
  site: z.string().describe("the deployment's name; of a file that cannot be read, its path"),
  file: z.string(),
  engine: z.string().exactOptional().describe("as the site file says it"),
  outcome,
  bug: z.boolean().describe("whether it failed by the kit's own fault: exit code 70"),
  seconds: z.number(),
  report: z.unknown().describe("the verb's own output with --json; absent where there was none"),
  error: z
    .strictObject({ message: z.string(), remedy: z.array(z.string()).readonly() })
    .exactOptional()
    .describe("why it failed"),
});

export type SiteRow = z.output<typeof siteRow>;

export const sitesOutput = z.strictObject({
  verb: z.enum(SITE_VERBS),
  folder: z.string(),
  stopped: z
    .string()
    .exactOptional()
    .describe("why sites were not reached: a canary failed, or too many did, or a person stopped it"),
  sites: z.array(siteRow).readonly(),
});

export type SitesReport = z.output<typeof sitesOutput>;

/** The worst of all decides. */
export function exitCodeOf({ sites }: SitesReport): number {
  if (sites.some(({ bug }) => bug)) return EXIT.bug;
  if (sites.some(({ outcome }) => outcome !== "done" && outcome !== "changes")) return EXIT.userError;
  return sites.some(({ outcome }) => outcome === "changes") ? EXIT.changes : EXIT.ok;
}

/** A row for each site, and below it every error as a whole. */
export function sitesText({ sites, stopped }: SitesReport): string {
  const counts = outcome.options.flatMap((name) => {
    const { length } = sites.filter((site) => site.outcome === name);
    return length === 0 ? [] : [`${length} ${name}`];
  });
  return [
    renderTable(
      ["site", "engine", "outcome", "seconds", "report"],
      sites.map((site) => [
        ...[site.site, site.engine ?? "", site.outcome],
        ...[site.outcome === "not reached" ? "" : site.seconds.toFixed(1), inShort(site)],
      ]),
    ),
    `${sites.length} sites: ${counts.join(", ")}`,
    ...(stopped === undefined ? [] : [`stopped: ${stopped}`]),
    ...sites.flatMap(({ site, file, error }) =>
      error === undefined
        ? []
        : ["", `${site} (${file}): ${error.message}`, ...error.remedy.map((step) => `  → ${step}`)],
    ),
  ].join("\n");
}

const reported = z.looseObject({
  changed: z.boolean().optional(),
  steps: z.array(z.unknown()).optional(),
  asConfigured: z.boolean().optional(),
  containers: z.union([z.number(), z.array(z.unknown())]).optional(),
});

/** The first facts that people want to know of one site. */
function inShort({ report, error }: SiteRow): string {
  if (error !== undefined) return error.message.split("\n")[0] ?? "";
  const { data = {} } = reported.safeParse(report);
  if (data.changed !== undefined) return data.changed ? "changed" : "nothing to do";
  if (data.steps !== undefined)
    return data.steps.length === 0 ? "as configured" : `${data.steps.length} changes`;
  if (data.asConfigured !== undefined) return data.asConfigured ? "as configured" : "not as configured";
  return typeof data.containers === "number" ? `${data.containers} containers` : "";
}

import type { LoadedSite } from "../../config/load.ts";
import { progress } from "../progress.ts";
import { notReached, type SiteWork, workOn } from "./one-site.ts";
import type { SiteRow, SitesReport } from "./output.ts";

export interface EverySite extends SiteWork {
  readonly sites: readonly LoadedSite[];

  /** How many are worked on at once. */
  readonly atOnce: number;

  /** Those that have to end well before any other is begun. @default - none */
  readonly canaries?: readonly LoadedSite[];

  /** When more than so many have failed, no other is begun. @default - all are, no matter what fails */
  readonly maxFailures?: number;

  /** Told after each of them. */
  readonly onRow?: (row: SiteRow) => void;
}

/** Works on each site once; what one of them meets is told of it, and the others go on. */
export async function everySite({
  sites,
  atOnce,
  canaries = [],
  maxFailures = Number.POSITIVE_INFINITY,
  onRow = () => undefined,
  ...work
}: EverySite): Promise<Pick<SitesReport, "sites" | "stopped">> {
  const { default: pLimit } = await import("p-limit");
  const rows = new Map(sites.map((site) => [site, notReached(site)]));
  const failures = () => [...rows.values()].filter(({ outcome }) => outcome === "failed").length;
  const stopped = (): string | undefined => {
    if (work.signal.aborted) return "a signal ended it";
    const failed = canaries.map((site) => rows.get(site)).find((row) => row?.outcome === "failed");
    if (failed !== undefined) return `the canary ${failed.site} failed`;
    return failures() > maxFailures ? `${failures()} failed, more than ${maxFailures}` : undefined;
  };
  // In this process, where a synthesis has standard output and the place of drafts for itself.
  const limit = pLimit(work.verb === "synth" ? 1 : atOnce);
  const each = (some: readonly LoadedSite[]) =>
    Promise.all(
      some.map((site) =>
        limit(async () => {
          if (stopped() !== undefined) return;
          const row = await workOn(site, work);
          rows.set(site, row);
          progress(`${row.site}: ${row.outcome} after ${row.seconds} s`);
          onRow(row);
        }),
      ),
    );
  await each(canaries);
  await each(sites.filter((site) => !canaries.includes(site)));
  const unreached = [...rows.values()].some(({ outcome }) => outcome === "not reached");
  const reason = unreached || work.signal.aborted ? stopped() : undefined;
  return { sites: [...rows.values()], ...(reason === undefined ? {} : { stopped: reason }) };
}

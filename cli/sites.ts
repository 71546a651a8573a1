import { basename } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { type LoadedSite, loadFolder } from "../config/load.ts";
import { UserError } from "../core/errors.ts";
import type { RunnerName } from "../runners/record.ts";
import { printJson } from "./json.ts";
import { jsonOption, verb, withRunner } from "./options.ts";
import { interruptSignal } from "./progress.ts";
import { type EverySite, everySite } from "./sites/every-site.ts";
import { exitCodeOf, type SiteRow, type SiteVerb, sitesOutput, sitesText } from "./sites/output.ts";
import { SitesRecord } from "./sites/record.ts";
import { VERBS } from "./verbs.ts";

interface Options {
  readonly json?: true;

  /** Of all but synth. */
  readonly concurrency?: number;
  readonly runner?: RunnerName | "auto";
  readonly usage?: boolean;

  /** These of verbs that change something. */
  readonly canary?: string;
  readonly maxFailures?: string;
  readonly failed?: true;
}

const AT_ONCE = 4;
const MAX_FAILURES = "20%";

async function overAll(name: SiteVerb, folder: string, options: Options): Promise<void> {
  const loaded = await loadFolder(folder);
  const record = options.maxFailures === undefined ? undefined : new SitesRecord(folder);
  const unfinished = options.failed ? record?.unfinished(name) : undefined;
  const sites = loaded.filter(({ file }) => unfinished?.has(basename(file)) ?? true);
  const care = careOf(options, sites);
  record?.write(name, sites.map(inRecord("not reached")));
  const ended = await everySite({
    ...{ verb: name, options: wordsOf(options), sites, atOnce: options.concurrency ?? 1 },
    signal: interruptSignal(),
    ...care,
    onRow: (row) => record?.write(name, [inRecord(row.outcome)(row)]),
  });
  const report = { verb: name, folder, ...ended };
  if (options.json) printJson(sitesOutput, report);
  else if (sites.length === 0) console.log(`${folder}: nothing failed in the last run`);
  else console.log(sitesText(report));
  process.exitCode = exitCodeOf(report);
}

const inRecord =
  (outcome: SiteRow["outcome"]) =>
  ({ file }: { readonly file: string }) => ({ file: basename(file), outcome });

/** The options of the verb itself, on each site. */
const wordsOf = ({ runner, usage }: Options): readonly string[] => [
  ...(runner === undefined ? [] : ["--runner", runner]),
  ...(usage === false ? ["--no-usage"] : []),
];

/** How a change spreads. */
function careOf(
  { canary, maxFailures }: Options,
  sites: readonly LoadedSite[],
): Pick<EverySite, "canaries" | "maxFailures"> {
  return {
    ...(canary === undefined ? {} : { canaries: canariesAmong(sites, canary) }),
    ...(maxFailures === undefined ? {} : { maxFailures: mostOf(maxFailures, sites.length) }),
  };
}

function canariesAmong(sites: readonly LoadedSite[], canary: string): readonly LoadedSite[] {
  if (/^\d+$/.test(canary)) return sites.slice(0, Number(canary));
  const found = sites.filter((site) => "deployment" in site && site.deployment.name === canary);
  if (found.length > 0) return found;
  throw new UserError(
    `--canary: got ${JSON.stringify(canary)}; allowed: a number, or the name of a site of this run that can be read: ${namesOf(sites)}`,
  );
}

const namesOf = (sites: readonly LoadedSite[]) =>
  sites.flatMap((site) => ("deployment" in site ? [site.deployment.name] : [])).join(", ");

function mostOf(given: string, of: number): number {
  return given.endsWith("%") ? Math.floor((Number(given.slice(0, -1)) / 100) * of) : Number(given);
}

function share(given: string): string {
  if (/^\d+$/.test(given) || /^(100|\d{1,2})%$/.test(given)) return given;
  throw new InvalidArgumentError("Allowed: a number, or a share such as 20%.");
}

function count(given: string): number {
  if (/^[1-9]\d{0,2}$/.test(given)) return Number(given);
  throw new InvalidArgumentError("Allowed: a number from 1 to 999.");
}

const siteVerb = (name: SiteVerb, description: string): Command =>
  verb(name, description)
    .argument("<folder>", "its .yaml, .yml and .json files are one site each")
    .addOption(jsonOption())
    .action((folder: string, options: Options) => overAll(name, folder, options));

const atOnce = (command: Command): Command =>
  command.option("--concurrency <number>", "sites that are worked on at once", count, AT_ONCE);

const spreading = (command: Command): Command =>
  atOnce(command)
    .option("--canary <site>", "a site, or how many of the first, that have to end well before the others")
    .option(
      "--max-failures <share>",
      "begin no other site when more than so many, or such a share, have failed",
      share,
      MAX_FAILURES,
    )
    .option("--failed", "only those that failed in the last run, or were not reached");

export const sitesCommand = verb("sites", VERBS.sites)
  .addCommand(siteVerb("synth", "check every file, and that no two sites overlap, and write the stacks"))
  .addCommand(atOnce(withRunner(siteVerb("plan", "say what up would change at each site"))))
  .addCommand(spreading(withRunner(siteVerb("up", "deploy every site, each as if it were alone"))))
  .addCommand(
    atOnce(siteVerb("status", "show which sites are as configured")).option(
      "--no-usage",
      "do not measure memory and CPU, which takes 2 s",
    ),
  )
  .addCommand(spreading(siteVerb("down", "remove containers and networks of every site; data stays")))
  .addHelpText(
    "after",
    "\nExample: exploreiot sites up sites/ --canary lyon --max-failures 10%\nExits with 1 when a site failed or was not reached, with 2 when one has changes pending.",
  );

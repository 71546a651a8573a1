import { join } from "node:path";
import { z } from "zod";
import type { LoadedSite } from "../../config/load.ts";
import { UserError } from "../../core/errors.ts";
import { kitRoot } from "../../core/home.ts";
import { EXIT } from "../../core/report.ts";
import { run } from "../../runners/run.ts";
import { errorOutput } from "../error-output.ts";
import { progress } from "../progress.ts";
import { synthesize } from "../synthesize.ts";
import type { SiteRow, SiteVerb } from "./output.ts";

type Ended = Pick<SiteRow, "outcome" | "bug" | "error"> & { readonly report?: unknown };

export interface SiteWork {
  readonly verb: SiteVerb;

  /** Given to the verb as they are. */
  readonly options: readonly string[];
  readonly signal: AbortSignal;
}

/** A site before anything was done about it. */
export const notReached = (site: LoadedSite): SiteRow => ({
  site: "deployment" in site ? site.deployment.name : site.file,
  file: site.file,
  ...("deployment" in site && site.deployment.engine !== undefined
    ? { engine: site.deployment.engine.host }
    : {}),
  outcome: "not reached",
  bug: false,
  seconds: 0,
  report: undefined,
});

/** Does with one site what the verb does with it alone. Everything that goes wrong is a part of the answer. */
export async function workOn(site: LoadedSite, work: SiteWork): Promise<SiteRow> {
  const row = notReached(site);
  const begun = performance.now();
  const ended = "error" in site ? failedBy(site.error) : await endOf(site, row.site, work);
  return { ...row, ...ended, seconds: Math.round((performance.now() - begun) / 100) / 10 };
}

/** `synth` starts no program and asks no engine: one process does it for all. */
const endOf = (site: LoadedSite, name: string, work: SiteWork): Promise<Ended> =>
  work.verb === "synth" ? synthesized(site) : inOwnProcess(site, name, work);

async function synthesized({ file }: LoadedSite): Promise<Ended> {
  try {
    const { deployment, stack } = await synthesize(file, { draft: true });
    const report = { deployment: deployment.name, containers: stack.containers.length };
    return { outcome: "done", bug: false, report };
  } catch (error) {
    if (error instanceof UserError) return failedBy(error);
    return { outcome: "failed", bug: true, error: { message: String((error as Error).stack), remedy: [] } };
  }
}

const failedBy = ({ message, remedy }: UserError): Ended => ({
  outcome: "failed",
  bug: false,
  error: { message, remedy },
});

/** A process of its own has the engine, the locks and the answer to a signal that a verb has alone. */
async function inOwnProcess(
  { file }: LoadedSite,
  name: string,
  { verb, options, signal }: SiteWork,
): Promise<Ended> {
  const program = join(kitRoot, "bin", "exploreiot.js");
  const { code, stdout, stderr } = await run(
    [process.execPath, program, verb, "-c", file, "--json", ...options],
    {
      expected: ANY,
      signal,
      endsByItself: true,
      // Of one signal that reaches both, a second one would follow from here, which means: leave at once.
      ownGroup: true,
      onLine: (line) => {
        if (line.startsWith(STEP)) progress(`${name}: ${line.slice(STEP.length)}`);
      },
    },
  );
  const { report, error } = answerIn(stdout);
  const told = error ?? { message: lastLines(stderr), remedy: [] };
  if (code === EXIT.ok || code === EXIT.changes)
    return { outcome: code === EXIT.ok ? "done" : "changes", bug: false, report };
  return {
    outcome: signal.aborted ? "interrupted" : "failed",
    bug: code === EXIT.bug,
    report,
    error: told,
  };
}

/** As `progress` begins a line where nobody looks at a terminal. */
const STEP = "· ";

/** However it ends, it is the end of one site. */
const ANY = Array.from({ length: 256 }, (_, code) => code);

type Answer = { readonly report?: unknown; readonly error?: z.output<typeof failure> };

const failure = errorOutput.shape.error.pick({ message: true, remedy: true });
const failed = z.looseObject({ error: z.object({ message: z.string(), remedy: z.array(z.string()) }) });

/** The answer, behind which may be a line with an error. */
function answerIn(stdout: string): Answer {
  const lines = stdout.trimEnd().split("\n");
  const { success, data } = failed.safeParse(parsed(lines.at(-1) ?? ""));
  const before = success ? lines.slice(0, -1) : lines;
  return {
    report: parsed(before.join("\n")),
    ...(success ? { error: data.error } : {}),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const lastLines = (text: string) => text.trim().split("\n").slice(-10).join("\n") || "it said nothing";

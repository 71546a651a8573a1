import { readFileSync, writeFileSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import { z } from "zod";
import { UserError } from "../core/errors.ts";
import { fileProblem } from "../core/file-problem.ts";
import { aboutInput } from "./input-rules.ts";
import { isStdin } from "./inputs/source.ts";
import type { Finding } from "./policy.ts";
import type { Judgement } from "./reports/judgement.ts";

const entry = z.strictObject({ rule: z.string(), file: z.string(), path: z.string(), evidence: z.string() });

const baseline = z.strictObject({ version: z.literal(1), findings: z.array(entry) });

type Entry = z.output<typeof entry>;

/** Findings that were there before, and are there still: they do not fail again. */
export interface Baseline {
  readonly file: string;
  readonly findings: readonly Entry[];
}

/** @throws UserError if it cannot be read, or is none */
export function readBaseline(file: string): Baseline {
  const result = baseline.safeParse(parsed(file));
  if (result.success) return { file, findings: result.data.findings };
  const [issue] = result.error.issues;
  throw new UserError(
    `${file}: is no baseline: ${issue?.path.join(".")}: ${issue?.message}`,
    "write it again with --write-baseline",
  );
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(
      `${file}: cannot be read as a baseline (${fileProblem(error)})`,
      "write one with --write-baseline",
    );
  }
}

/** Writes everything that is found: names, places and evidence, which carries no secrets. */
export function writeBaseline(file: string, judgements: readonly Judgement[]): number {
  const findings = judgements.flatMap((judgement) =>
    judgement.reports
      .filter(({ policy }) => !aboutInput.includes(policy))
      .flatMap(({ findings, known }) =>
        [...findings, ...known].map((found) => entryOf(found, judgement, file)),
      ),
  );
  try {
    writeFileSync(file, `${JSON.stringify({ version: 1, findings }, null, 2)}\n`);
  } catch (error) {
    throw new UserError(`${file}: cannot be written (${fileProblem(error)})`, "name another file");
  }
  return findings.length;
}

/** A judgement in which findings of the baseline are known. A thing that cannot be judged is new each time: nobody has seen it. */
export function since(judgement: Judgement, { file, findings }: Baseline): Judgement {
  const before = new Set(findings.map(keyOf));
  const isKnown = (found: Finding) => before.has(keyOf(entryOf(found, judgement, file)));
  const reports = judgement.reports.map((report) =>
    aboutInput.includes(report.policy)
      ? report
      : {
          ...report,
          findings: report.findings.filter((found) => !isKnown(found)),
          known: report.findings.filter(isKnown),
        },
  );
  return { ...judgement, reports };
}

/** How many findings of the baseline are there no more. */
export const gone = ({ findings }: Baseline, judgements: readonly Judgement[]): number =>
  findings.length - judgements.flatMap(({ reports }) => reports.flatMap(({ known }) => known)).length;

const entryOf = ({ policy, path, evidence }: Finding, { file }: Judgement, baseline: string): Entry => ({
  rule: policy,
  file: file
    .split(" + ")
    .map((part) =>
      isStdin(part)
        ? "-"
        : relative(dirname(resolve(baseline)), resolve(part))
            .split(sep)
            .join("/"),
    )
    .join(" + "),
  path,
  evidence,
});

const keyOf = ({ rule, file, path, evidence }: Entry): string => JSON.stringify([rule, file, path, evidence]);

import { writeFileSync } from "node:fs";
import pc from "picocolors";
import { UserError } from "../core/errors.ts";
import { fileProblem } from "../core/file-problem.ts";
import type { Checked } from "../policies/check.ts";
import { githubReport } from "../policies/reports/github.ts";
import { jsonReport } from "../policies/reports/json.ts";
import { junitReport } from "../policies/reports/junit.ts";
import { sarifReport } from "../policies/reports/sarif.ts";
import { summary } from "../policies/reports/summary.ts";
import { quietReport, textReport } from "../policies/reports/text.ts";
import type { Severity } from "../site/policy-settings.ts";
import { wrapped } from "./wrap.ts";

export const FORMATS = ["text", "json", "sarif", "junit", "github"];

/** How a report is printed. */
interface Printing {
  readonly format: string;
  readonly json?: true;
  readonly quiet?: true;
  readonly output?: string;
}

/**
 * Prints the report, or writes it to a file and prints what it comes to.
 *
 * @param lost how many entries of the baseline are found no more
 * @throws UserError if the file cannot be written
 */
export function print(checked: Checked, { format, json, quiet, output }: Printing, lost: number): void {
  const { judgements } = checked;
  const said = reportIn(json ? "json" : format, checked, lost, { quiet: quiet === true, output });
  if (output === undefined) {
    if (said !== "") console.log(said);
    return;
  }
  try {
    writeFileSync(output, said === "" ? "" : `${said}\n`);
  } catch (error) {
    throw new UserError(`${output}: cannot be written (${fileProblem(error)})`, "name another file");
  }
  if (quiet !== true && judgements.length > 0) console.log(summary(judgements, lost));
}

function reportIn(
  format: string,
  { judgements, refused }: Checked,
  lost: number,
  { quiet, output }: { readonly quiet: boolean; readonly output: string | undefined },
): string {
  if (format === "json") return jsonReport(judgements, refused, lost);
  if (format === "sarif") return sarifReport(judgements, refused);
  if (format === "junit") return junitReport(judgements, refused);
  if (format === "github") return githubReport(judgements, refused);
  if (judgements.length === 0) return "";
  if (quiet) return quietReport(judgements);
  return output === undefined
    ? wrapped(textReport(judgements, painted, lost))
    : textReport(judgements, (_, text) => text, lost);
}

const colors = pc.createColors(process.stdout.isTTY === true && process.env.NO_COLOR === undefined);
const COLOR = {
  critical: colors.red,
  high: colors.red,
  medium: colors.yellow,
  low: colors.cyan,
  info: colors.dim,
};
const painted = (severity: Severity, text: string) => COLOR[severity](text);

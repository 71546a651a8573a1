import { CommanderError } from "commander";
import type { z } from "zod";
import { UserError } from "../core/errors.ts";
import { EXIT, forPeople, report } from "../core/report.ts";

/**
 * Tells an error on standard error and, for programs, as one line of JSON on standard output: it may come after lines of
 * what worked. Says with which code to exit.
 *
 * @param json whether the verb was asked for JSON
 */
export async function tell(thrown: unknown, json: boolean): Promise<number> {
  const error = forPeople(thrown);
  // Commander has printed its own message, or the help that was asked for.
  const isOurs = !(error instanceof CommanderError);
  if (!isOurs && error.exitCode === 0) return EXIT.ok;
  const code = isOurs ? report(error) : EXIT.userError;
  if (json) {
    const message = ((error as Error)?.message ?? String(error)).replace(/^error: /, "");
    const { errorOutput } = await import("./error-output.ts");
    const remedy = error instanceof UserError ? error.remedy : [];
    printJson(errorOutput, { error: { message, remedy, bug: code === EXIT.bug } }, "line");
  }
  return code;
}

/**
 * Prints what a verb found as JSON, in the shape that its schema promises, and nothing else.
 *
 * @param as a line where more of them follow
 */
export function printJson<T>(
  shape: z.ZodType<T>,
  value: NoInfer<T>,
  as: "document" | "line" = "document",
): void {
  console.log(JSON.stringify(shape.parse(value), undefined, as === "line" ? undefined : 2));
}

import { z } from "zod";
import { UserError } from "./errors.ts";

/**
 * Exit codes, the same for every verb. 2 (drift or changes pending) is given by the verbs that ask for it, and 3 by
 * those that judge what they may not be able to read.
 */
export const EXIT = { ok: 0, userError: 1, changes: 2, cannotJudge: 3, bug: 70 } as const;

/** Prints an error on standard error as what it is, and says with which code to exit. */
export function report(error: unknown): number {
  if (error instanceof UserError) {
    process.stderr.write(`error: ${error.render()}\n`);
    return EXIT.userError;
  }
  process.stderr.write(
    `this is a bug in the kit, please report it:\n${(error as Error)?.stack ?? String(error)}\n`,
  );
  return EXIT.bug;
}

/** What a program of the kit hands to the one that started it instead of printing it: an error of either kind. */
const handedOver = z.union([
  z.object({ message: z.string(), remedy: z.array(z.string()) }),
  z.object({ stack: z.string() }),
]);

/** Writes an error as the last line of standard output, for `thrownBy`, and says with which code to exit. */
export function handOver(error: unknown): number {
  const isUserError = error instanceof UserError;
  const told: z.output<typeof handedOver> = isUserError
    ? { message: error.message, remedy: [...error.remedy] }
    : { stack: (error as Error)?.stack ?? String(error) };
  process.stdout.write(`${JSON.stringify(told)}\n`);
  return isUserError ? EXIT.userError : EXIT.bug;
}

/**
 * The error that a child has handed over, to be thrown and told here, once.
 *
 * @param result of a child that failed; one that could not hand over is told by what it printed
 */
export function thrownBy({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): Error {
  const told = handedOver.safeParse(parsed(stdout.trimEnd().split("\n").at(-1) ?? ""));
  if (!told.success) return Object.assign(new Error(), { stack: stderr.trimEnd() });
  const { data } = told;
  return "message" in data
    ? new UserError(data.message, ...data.remedy)
    : Object.assign(new Error(), { stack: data.stack });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

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

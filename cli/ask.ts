import { createInterface } from "node:readline/promises";
import { UserError } from "../core/errors.ts";
import { endBy } from "../core/signals.ts";

/** Asks on the terminal. Ctrl-C ends the process, as anywhere else. @returns undefined for Ctrl-D, which is no answer */
export async function ask(question: string): Promise<string | undefined> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  // A key like any other as long as there is a question.
  prompt.once("SIGINT", () => endBy("SIGINT"));
  try {
    return (await prompt.question(question)).trim();
  } catch (error) {
    if ((error as Error).name !== "AbortError") throw error;
    return undefined;
  } finally {
    prompt.close();
  }
}

/**
 * Before anything else is done for a verb that has to ask.
 *
 * @param doing as the subject of a sentence: `deleting the data of local`
 * @throws UserError if nobody can be asked
 */
export function refuseWithoutTerminal(doing: string): void {
  if (process.stdin.isTTY) return;
  throw new UserError(`${doing} needs a yes, and there is no terminal to ask on`, "add --yes");
}

/**
 * Has the person type a name before something that cannot be taken back.
 *
 * @throws UserError with `otherwise` if it is not that name
 */
export async function typeName(name: string, question: string, otherwise: string): Promise<void> {
  if ((await ask(`${question} Type the name to go on: `)) !== name) throw new UserError(otherwise);
}

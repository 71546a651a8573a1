import { parseDocument } from "yaml";
import { UserError } from "./errors.ts";

/** Parses YAML, or JSON, which is a part of it. A module of its own so that only those who need it load the parser. */
export function parseYaml(text: string, path: string): unknown {
  const document = parseDocument(text, { prettyErrors: true, merge: true });
  const [error] = document.errors;
  if (error) throw new UserError(`${path}: ${error.message.trimEnd()}`, "fix the syntax at that place");
  try {
    return document.toJS() ?? {};
  } catch (error) {
    // An alias without its anchor shows only here: usually a text that begins with * and lacks its quotes.
    throw new UserError(
      `${path}: ${(error as Error).message}`,
      "put texts that begin with * in quotes, or fix the alias",
    );
  }
}

import { parseDocument } from "yaml";
import { UserError } from "./errors.ts";

/** Parses YAML, or JSON, which is a part of it. A module of its own so that only those who need it load the parser. */
export function parseYaml(text: string, path: string): unknown {
  const document = parseDocument(text, { prettyErrors: true });
  const [error] = document.errors;
  if (error) throw new UserError(`${path}: ${error.message.trimEnd()}`, "mend the syntax at that place");
  return document.toJS() ?? {};
}

import type { Resource } from "../document.ts";
import { isKnown } from "../values.ts";

/**
 * The text of a file as its reader gets it.
 *
 * @throws Error if it is not known here
 */
export function textOf({ block }: Resource): string {
  const { text, container } = block;
  if (typeof text !== "string") throw new Error("its text is not known here");
  // A file that stands in Terraform's JSON is written with Terraform's escapes; one that lies beside it is not.
  if (container === undefined) return text;
  if (!isKnown(text)) throw new Error("parts of its text are known only at apply");
  return text.replaceAll("$${", "${").replaceAll("%%{", "%{");
}

/** Reads each file once, however many rules look at it. What does not parse is told to each of them. */
export function reader<T>(parse: (text: string) => T): (file: Resource) => T {
  const known = new WeakMap<Resource, T>();
  return (file) => {
    const found = known.get(file) ?? parse(textOf(file));
    known.set(file, found);
    return found;
  };
}

import type { Resource } from "../document.ts";
import { isBlock } from "../values.ts";
import { remembered } from "./remembered.ts";

/** Every text of a resource, however deep; without what cdktf notes in `"//"`, which Terraform does not read. */
export const textsIn = remembered(({ block }: Resource): readonly string[] => collect(block, []));

/** Without a list a level: most of the time would go there. */
function collect(value: unknown, found: string[]): readonly string[] {
  if (typeof value === "string") found.push(value);
  else if (Array.isArray(value)) for (const inner of value) collect(inner, found);
  else if (isBlock(value)) for (const key in value) if (key !== "//") collect(value[key], found);
  return found;
}

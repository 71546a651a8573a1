import { readFileSync } from "node:fs";

/** A rule as docs/policies.md tells people of it. */
export interface Published {
  readonly severity: string;
  readonly title: string;
  readonly allowed: string;
  readonly fix: string;
}

const page = readFileSync(new URL("../../docs/policies.md", import.meta.url), "utf8");

/** What the page says about a rule: what people were promised, and so what a finding has to say, whatever the code holds. */
export function published(id: string): Published {
  const row = page.split("\n").find((line) => new RegExp(`^\\| ${id}( |$)`).test(line));
  if (row === undefined) throw new Error(`${id} is not in docs/policies.md: UPDATE_DOCS=1 writes it again`);
  if (row.includes("TODO")) throw new Error(`${id} is not written yet: ${row}`);
  const [, , severity = "", title = "", allowed = "", fix = ""] = row.split(/(?<!\\)\|/).map(plain);
  return { severity, title, allowed, fix };
}

const plain = (cell: string): string => cell.trim().replaceAll("\\|", "|").replaceAll("&lt;", "<");

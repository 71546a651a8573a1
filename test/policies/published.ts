import { readFileSync } from "node:fs";

/** A rule as docs/policies.md tells people of it. */
export interface Published {
  readonly severity: string;

  /** In a stack that the kit did not make, such as those of tests. */
  readonly elsewhere: string;
  readonly title: string;
  readonly allowed: string;
  readonly fix: string;
}

const page = readFileSync(new URL("../../docs/policies.md", import.meta.url), "utf8");

/** The page's text about a rule: the promise to people, and so the text that a finding has to have, no matter what the code holds. */
export function published(id: string): Published {
  const section = page.split(/^### /m).find((text) => text.startsWith(`${id}\n`));
  if (section === undefined)
    throw new Error(`${id} is not in docs/policies.md: UPDATE_DOCS=1 writes it again`);
  if (section.includes("TODO")) throw new Error(`${id} is not written yet: ${section}`);
  const [, title = "", severity = ""] = /^\*\*(.*)\*\* \((\w+)/m.exec(section) ?? [];
  const said = (what: string) => new RegExp(`^- ${what}: (.*)$`, "m").exec(section)?.[1] ?? "";
  const [, elsewhere = severity] = /, (\w+) in stacks that the kit did not make/.exec(section) ?? [];
  return {
    severity,
    elsewhere,
    title: plain(title),
    allowed: plain(said("Allowed")),
    fix: plain(said("Fix")),
  };
}

const plain = (text: string): string => text.replaceAll("&lt;", "<");

import type { Policy, Words } from "../policy.ts";

/** Every rule as a page of Markdown: docs/policies.md. */
export function catalogue(policies: readonly Policy[]): string {
  const families = new Map<string, Policy[]>();
  for (const policy of policies) {
    const family = policy.id.slice(0, policy.id.indexOf("-"));
    families.set(family, [...(families.get(family) ?? []), policy]);
  }
  return [
    "# Policies",
    "",
    `Generated from the ${policies.length} rules in policies/; \`UPDATE_DOCS=1 npx vitest run --project unit-policies test/policies/catalogue.test.ts\` writes it again.`,
    "policies/README.md says how they judge, how to waive one and how to add one.",
    ...[...families]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([family, rules]) => section(family, rules)),
    "",
  ].join("\n");
}

const section = (family: string, rules: readonly Policy[]): readonly string[] => [
  "",
  `## ${family}`,
  "",
  "| id | severity | what must hold | allowed | fix | in other words | source | stops in |",
  "|---|---|---|---|---|---|---|---|",
  ...rules.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(row),
];

const row = ({ id, formerly, severity, title, allowed, fix, words, source, enforcedIn }: Policy): string =>
  `| ${[[id, ...(formerly ?? []).map((old) => `(was ${old})`)].join(" "), severity, title, allowed, fix, inOtherWords(words), source, enforcedIn?.join(", ") ?? "every environment"].map(cell).join(" | ")} |`;

/** What is said of a compose file, and of a stack that the kit makes of its site file, where it is not the same. */
const inOtherWords = ({ compose, site }: NonNullable<Policy["words"]> = {}): string =>
  [said("compose", compose), said("site file", site)].filter((text) => text !== "").join(". ");

const said = (where: string, words: Partial<Words> | undefined): string => {
  const texts = [words?.allowed, words?.fix].filter((text) => text !== undefined);
  return texts.length === 0 ? "" : `${where}: ${texts.join("; ")}`;
};

/** A pipe would end the cell, and angle brackets would be taken as HTML. */
const cell = (text: string): string =>
  text.replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll("\n", " ");

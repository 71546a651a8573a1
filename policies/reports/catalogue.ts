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
    "`exploreiot policy explain ID` prints the same. policies/README.md says how they judge, how to waive one and how to add one.",
    ...[...families]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([family, rules]) =>
        section(
          family,
          rules.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
        ),
      ),
    "",
  ].join("\n");
}

const section = (family: string, rules: readonly Policy[]): readonly string[] => [
  "",
  `## ${family}`,
  "",
  "| id | severity | what must hold |",
  "|---|---|---|",
  ...rules.map(
    ({ id, severity, title }) => `| [${id}](#${id.toLowerCase()}) | ${severity} | ${cell(title)} |`,
  ),
  ...rules.flatMap(entry),
];

const entry = (policy: Policy): readonly string[] => {
  const {
    id,
    formerly = [],
    severity,
    title,
    why,
    avoid,
    prefer,
    allowed,
    fix,
    words,
    source,
    enforcedIn,
    elsewhere,
  } = policy;
  const foreign = elsewhere === undefined ? "" : `, ${elsewhere} in stacks that the kit did not make`;
  const old = formerly.length === 0 ? "" : `, formerly ${formerly.join(", ")}`;
  return [
    "",
    `### ${id}`,
    "",
    `**${plain(title)}** (${severity}${foreign}${old}; stops in ${enforcedIn?.join(", ") ?? "every environment"})`,
    "",
    plain(why),
    "",
    ...example("Avoid", avoid),
    "",
    ...example("Prefer", prefer),
    "",
    `- Allowed: ${plain(allowed)}`,
    `- Fix: ${plain(fix)}`,
    ...inOtherWords("In a compose file", words?.compose),
    ...inOtherWords("In a site file", words?.site),
    `- Source: ${plain(source)}`,
  ];
};

const example = (heading: string, text: string): readonly string[] => [
  `${heading}:`,
  "",
  `\`\`\`${languageOf(text)}`,
  text,
  "```",
];

function languageOf(text: string): string {
  if (text.startsWith("{")) return "json";
  if (/^(# |\$ )/.test(text)) return "text";
  return "yaml";
}

/** The text for a compose file, and for a stack that the kit makes of its site file, where it is not the same. */
const inOtherWords = (where: string, { allowed, fix }: Partial<Words> = {}): readonly string[] => [
  ...(allowed === undefined ? [] : [`- ${where}, allowed: ${plain(allowed)}`]),
  ...(fix === undefined ? [] : [`- ${where}, fix: ${plain(fix)}`]),
];

/** Angle brackets would be taken as HTML. */
const plain = (text: string): string => text.replaceAll("<", "&lt;").replaceAll("\n", " ");

/** A pipe would end the cell. */
const cell = (text: string): string => plain(text).replaceAll("|", "\\|");

import { UserError } from "../core/errors.ts";
import { builtIn } from "./evaluate.ts";
import { families, policies } from "./index.ts";
import { definePolicy, type Policy } from "./policy.ts";
import { catalogue } from "./reports/catalogue.ts";

/** The files of a checkout, by their paths below its root; undefined for one that is not there. */
export type Checkout = (path: string) => string | undefined;

/**
 * The files that a new rule needs, by path: rule, list of its family, test, list of ids, catalogue. The rule finds nothing
 * yet, so that other tests stay green; its own test and that of its examples fail until the rule and its texts are written.
 *
 * @throws UserError for a family that is none, and a name that cannot be or is taken
 */
export function newRule(family: string, name: string, read: Checkout): ReadonlyMap<string, string> {
  const rules = rulesOf(family);
  refuseName(family, name, read);
  const draft = draftOf(rules, name);
  const exported = name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const list = `policies/${family}/index.ts`;
  return new Map([
    [`policies/${family}/${name}.ts`, ruleText(draft, exported)],
    [list, listed(existing(list, read), exported, name)],
    [`test/policies/${family}/${name}.test.ts`, testText(draft, exported, family, name)],
    [IDS, withLine(existing(IDS, read), draft.id)],
    ["docs/policies.md", catalogue([...builtIn, ...policies, draft])],
  ]);
}

const IDS = "test/policies/ids.txt";

function rulesOf(family: string): readonly Policy[] {
  const rules = Object.hasOwn(families, family) ? families[family] : undefined;
  if (rules !== undefined) return rules;
  throw new UserError(
    `family "${family}": unknown; allowed: ${Object.keys(families).sort().join(", ")}`,
    "policies/README.md says which ids belong to which family",
  );
}

function refuseName(family: string, name: string, read: Checkout): void {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)+$/.test(name))
    throw new UserError(
      `name "${name}": cannot be the name of a rule; allowed: two or more words of a-z and 0-9, joined by "-"`,
      "name what must hold, such as memory-is-limited",
    );
  const file = `policies/${family}/${name}.ts`;
  if (read(file) !== undefined)
    throw new UserError(`${file}: is there already`, "choose another name, or change that rule");
}

function existing(path: string, read: Checkout): string {
  const text = read(path);
  if (text !== undefined) return text;
  throw new UserError(`${path}: no such file`, "run this in a checkout of the kit");
}

function draftOf(rules: readonly Policy[], name: string): Policy {
  return definePolicy({
    id: nextId(rules),
    severity: "medium",
    title: name.replaceAll("-", " "),
    why: "TODO: what happens to anyone who breaks it.",
    avoid: "TODO: what breaks it, as it stands in a file",
    prefer: "TODO: the same, put right",
    allowed: "TODO: what would satisfy it",
    fix: "TODO: what to do about a finding",
    source: "TODO: where the fact comes from",
    looksAt: [usualType(rules)],
    check: () => [],
  });
}

/** One more than the highest number that a rule with the letters of this family has or had, wherever that rule is now. */
function nextId([first]: readonly Policy[]): string {
  const letters = String(first?.id).replace(/\d+$/, "");
  const numbers = policies
    .flatMap(({ id, formerly = [] }) => [id, ...formerly])
    .filter((id) => id.startsWith(letters))
    .map((id) => Number(id.slice(letters.length)));
  return `${letters}${String(Math.max(...numbers) + 1).padStart(3, "0")}`;
}

/** The type that most rules of the family look at first. */
function usualType(rules: readonly Policy[]): string {
  const types = rules.map(({ looksAt: [type = "*"] }) => type);
  const count = (type: string) => types.filter((other) => other === type).length;
  return types.reduce((most, type) => (count(type) > count(most) ? type : most), "*");
}

const ruleText = (
  { id, severity, title, why, avoid, prefer, allowed, fix, source, looksAt }: Policy,
  exported: string,
) =>
  `import { definePolicy } from "../policy.ts";

export const ${exported} = definePolicy({
  id: "${id}",
  severity: "${severity}",
  title: "${title}",
  why: "${why}",
  avoid: "${avoid}",
  prefer: "${prefer}",
  allowed: "${allowed}",
  fix: "${fix}",
  source: "${source}",
  looksAt: ["${looksAt}"],
  check: () => [],
});
`;

const testText = ({ id }: Policy, exported: string, family: string, name: string) =>
  `import { ${exported} } from "../../../policies/${family}/${name}.ts";
import { judges } from "../judging.ts";

judges(${exported}, "${id}", {
  rejects: [
    { name: "TODO: one that breaks it", given: {}, evidence: ["TODO: what is found"] },
    { name: "a value known only at apply", given: { name: "\${var.name}" }, evidence: ["TODO"] },
  ],
  accepts: [{ name: "TODO: one that is right", given: {} }],
});
`;

/** The list with one import more, where the formatter wants it, and one rule more at its end. */
function listed(text: string, exported: string, name: string): string {
  const lines = text.split("\n");
  const from = (line: string) => /^import .* from "\.\/(.*)\.ts";$/.exec(line)?.[1];
  const after = lines.findIndex((line) => (from(line) ?? "") > name);
  const lastImport = lines.findLastIndex((line) => line.startsWith("import "));
  const at = after < 0 ? lastImport + 1 : after;
  const more = lines.toSpliced(at, 0, `import { ${exported} } from "./${name}.ts";`);
  return more.toSpliced(more.lastIndexOf("];"), 0, `  ${exported},`).join("\n");
}

const withLine = (text: string, line: string): string =>
  `${[...text.trimEnd().split("\n"), line].sort().join("\n")}\n`;

/** A query of KICS, and the rules that look for the same. */
export interface Query {
  readonly query: string;
  readonly flags: string;
  readonly rules: readonly string[];
  readonly cases: readonly Case[];
}

export interface Case {
  readonly name: string;
  readonly compose: string;
  readonly kics: boolean;
  readonly ours: boolean;
  readonly why?: string;
}

/** The page that says query by query who flags what. */
export function comparison(queries: readonly Query[]): string {
  const cases = queries.flatMap((query) => query.cases);
  const count = (kics: boolean, ours: boolean) =>
    cases.filter((one) => one.kics === kics && one.ours === ours).length;
  return [
    "# Policies next to KICS",
    "",
    "KICS 2.1 has 22 queries of compose files. For each, test/policies/kics/queries.yaml has cases of our own: what the query",
    "flags and does not flag by its documentation and its source, and what our rules say, which a test holds. KICS itself was",
    "not run. `UPDATE_DOCS=1 npx vitest run --project unit-policies test/policies/kics.test.ts` writes this page again.",
    "",
    `Of ${cases.length} cases both flag ${count(true, true)} and neither flags ${count(false, false)}; ${count(false, true)} we alone flag, ${count(true, false)} KICS alone.`,
    "",
    "| query | it flags | rules | both flag | neither flags | we alone flag | KICS alone flags |",
    "|---|---|---|---|---|---|---|",
    ...queries.map(row),
    "",
  ].join("\n");
}

function row({ query, flags, rules, cases }: Query): string {
  const told = (kics: boolean, ours: boolean) =>
    cases
      .filter((one) => one.kics === kics && one.ours === ours)
      .map(({ name, why }) => (why === undefined ? name : `${name}: ${why}`))
      .join("; ");
  const links = rules.map((id) => `[${id}](policies.md#${id.toLowerCase()})`).join(", ");
  return `| ${query} | ${flags} | ${links} | ${told(true, true)} | ${told(false, false)} | ${told(false, true)} | ${told(true, false)} |`;
}

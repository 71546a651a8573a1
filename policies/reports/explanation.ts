import type { Environment } from "../document.ts";
import type { Policy, Words } from "../policy.ts";

/** Everything that is to be said of a rule, for people and for programs. */
export interface Explanation extends Words {
  readonly id: string;
  readonly formerly: readonly string[];
  readonly severity: Policy["severity"];
  readonly title: string;
  readonly why: string;
  readonly avoid: string;
  readonly prefer: string;

  /** The text for a compose file and for a site file, where it differs. */
  readonly inOtherWords: NonNullable<Policy["words"]>;
  readonly source: string;
  readonly looksAt: readonly string[];
  readonly enforcedIn: readonly Environment[];
}

export const explanationOf = ({
  id,
  formerly = [],
  severity,
  title,
  why,
  avoid,
  prefer,
  allowed,
  fix,
  words = {},
  source,
  looksAt,
  enforcedIn = ["local", "production"],
}: Policy): Explanation => ({
  ...{ id, formerly, severity, title, why, avoid, prefer, allowed, fix },
  ...{ inOtherWords: words, source, looksAt, enforcedIn },
});

/** For a terminal; the example keeps its lines, so that it can be copied. */
export function explained(policy: Policy): string {
  const { id, formerly, severity, title, why, avoid, prefer, source, looksAt, enforcedIn, ...said } =
    explanationOf(policy);
  const { compose, site } = said.inOtherWords;
  return [
    `${id} (${severity}) ${title}`,
    "",
    why,
    "",
    "avoid:",
    indented(avoid),
    "",
    "prefer:",
    indented(prefer),
    "",
    `allowed: ${said.allowed}`,
    `fix: ${said.fix}`,
    ...inWords("in a compose file", compose),
    ...inWords("in a site file", site),
    `source: ${source}`,
    `looks at: ${looksAt.join(", ") || "the input as a whole"}`,
    `stops in: ${enforcedIn.join(", ")}`,
    ...(formerly.length === 0 ? [] : [`formerly: ${formerly.join(", ")}`]),
  ].join("\n");
}

const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, "    ");

const inWords = (where: string, { allowed, fix }: Partial<Words> = {}): readonly string[] => [
  ...(allowed === undefined ? [] : [`${where}, allowed: ${allowed}`]),
  ...(fix === undefined ? [] : [`${where}, fix: ${fix}`]),
];

import { UserError } from "../core/errors.ts";
import type { Severity } from "../site/policy-settings.ts";
import { builtIn } from "./evaluate.ts";
import { type Graded, graded } from "./evidence.ts";
import { families } from "./index.ts";
import { isCalled, type Policy } from "./policy.ts";
import { isIn, type Profile } from "./profiles.ts";

/** Which rules judge, and what their findings weigh. Rules are named by id, by the letters of a family, or by its folder. */
export interface Selection {
  readonly profile: Profile;

  /** @default - all of the profile */
  readonly only?: readonly string[] | undefined;
  readonly skip: readonly string[];
  readonly levels: Readonly<Record<string, Severity>>;
}

export interface Selected {
  readonly policies: readonly Policy[];

  /** Ids of rules of the profile that somebody switched off. */
  readonly skipped: readonly string[];
}

/**
 * The rules that a selection leaves, at the levels that it gives them.
 *
 * @throws UserError for a name that is no rule's
 */
export function select(rules: readonly Policy[], { profile, only, skip, levels }: Selection): Selected {
  const named = (names: readonly string[]) => new Set(names.flatMap((name) => rulesCalled(name, rules)));
  const wanted = only === undefined ? undefined : named(only);
  const unwanted = named(skip);
  const level = new Map(
    Object.entries(levels).flatMap(([name, severity]) =>
      rulesCalled(name, rules).map((rule) => [rule, severity] as const),
    ),
  );
  // Anybody who names a rule wants it in every profile.
  const inScope = rules.filter((rule) => wanted?.has(rule) ?? isIn(profile, rule));
  return {
    policies: inScope.filter((rule) => !unwanted.has(rule)).map((rule) => weighed(rule, level.get(rule))),
    skipped: inScope.filter((rule) => unwanted.has(rule)).map(({ id }) => id),
  };
}

function rulesCalled(name: string, rules: readonly Policy[]): readonly Policy[] {
  const family = Object.hasOwn(families, name) ? families[name] : undefined;
  const upper = name.toUpperCase();
  const found = family ?? rules.filter((rule) => isCalled(rule, upper) || rule.id.startsWith(`${upper}-`));
  if (found.length > 0) return found;
  if (builtIn.some((rule) => isCalled(rule, upper) || rule.id.startsWith(`${upper}-`)))
    throw new UserError(`${name}: always judges; allowed: rules other than INP and WVR`, "remove it");
  throw new UserError(
    `${name}: no rule and no family is called so; allowed: an id such as CTR-001, letters such as CTR, a folder such as containers`,
    "exploreiot policy list names every rule",
  );
}

const weighed = (rule: Policy, severity: Severity | undefined): Policy =>
  severity === undefined
    ? rule
    : {
        ...rule,
        severity,
        check: (...given) =>
          rule.check(...given).map((found) => (isGraded(found) ? graded(severity, found.text) : found)),
      };

const isGraded = (found: unknown): found is Graded =>
  typeof found === "object" && found !== null && "severity" in found;

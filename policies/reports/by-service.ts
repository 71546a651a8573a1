import { SEVERITIES, type Severity } from "../../site/policy-settings.ts";
import type { Policy } from "../policy.ts";
import type { Found } from "./judgement.ts";

/** The findings of one rule in one place, or one thing that it finds in several. */
export interface Entry {
  readonly policy: Policy;
  readonly severity: Severity;
  readonly fix: string;
  readonly evidence: readonly string[];
  readonly places: readonly string[];

  /** Evidence with its place, for what is not the same in all of them. */
  readonly byPlace: readonly string[];

  /** The first of them, for its line. */
  readonly first: Found;
}

/** The findings in one service, or, without a name, in several. */
export interface Section {
  readonly name: string | undefined;
  readonly entries: readonly Entry[];
}

/** A finding in so many places is told once. */
const REPEATED = 3;

/**
 * Whether it is: the same thing, or one thing in each place, but for what is critical, which everybody looks for at the service.
 */
function isRepeated(group: readonly Found[]): boolean {
  const places = placesOf(group).length;
  const isOneEach = places === group.length && group[0]?.finding.severity !== "critical";
  return (
    places >= REPEATED && (isOneEach || new Set(group.map(({ finding }) => finding.evidence)).size === 1)
  );
}

/** Findings by service, the worst service first; what is found again and again comes last, each thing once. */
export function byService(found: readonly Found[]): readonly Section[] {
  const ofRules = grouped(found, ruleOf);
  const repeated = ofRules.filter(isRepeated);
  const rest = ofRules.filter((group) => !isRepeated(group)).flat();
  const services = grouped(rest, ({ finding }) => serviceOf(finding.path)).map((group) => ({
    name: serviceOf((group[0] as Found).finding.path),
    entries: sorted(grouped(group, ruleOf).map(entryOf)),
  }));
  return [
    ...services.toSorted(
      (one, other) => rank(one) - rank(other) || other.entries.length - one.entries.length,
    ),
    ...(repeated.length === 0 ? [] : [{ name: undefined, entries: sorted(repeated.map(entryOf)) }]),
  ];
}

const ruleOf = ({ policy, finding }: Found): string => `${policy.id} ${finding.severity}`;

/** A file that a service is given belongs to it. */
const serviceOf = (path: string): string => path.replace(/:[^/:]*$/, "");

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

const placesOf = (group: readonly Found[]): readonly string[] => [
  ...new Set(group.map(({ finding }) => finding.path)),
];

function entryOf(group: readonly Found[]): Entry {
  const first = group[0] as Found;
  const evidence = new Set(group.map(({ finding }) => finding.evidence));
  return {
    policy: first.policy,
    severity: first.finding.severity,
    fix: first.finding.fix,
    evidence: [...evidence],
    places: placesOf(group),
    byPlace: group.map(({ finding }) => `${finding.path}: ${finding.evidence}`),
    first,
  };
}

const sorted = (entries: readonly Entry[]): readonly Entry[] =>
  entries.toSorted((one, other) => weight(one) - weight(other));

const weight = ({ severity }: Entry): number => SEVERITIES.indexOf(severity);
const rank = ({ entries }: Section): number => Math.min(...entries.map(weight));

import type { Chain, Ruleset, Table } from "../files/nftables.ts";
import type { Match, Rule } from "../files/nftables-rules.ts";

/** A base chain where it stands. */
export interface Placed {
  readonly table: Table;
  readonly chain: Chain;
}

/** Chains that packets enter at a hook, to be filtered; a dormant table is not asked. */
export const chainsAt = ({ tables }: Ruleset, hook: string): readonly Placed[] =>
  tables
    .filter(({ flags }) => !flags.includes("dormant"))
    .flatMap((table) =>
      table.chains
        .filter((chain) => chain.hook?.type === "filter" && chain.hook.name === hook)
        .map((chain) => ({ table, chain })),
    );

export const nameOf = ({ table, chain }: Placed): string =>
  `line ${chain.line}: chain ${chain.name} of table ${table.family} ${table.name}`;

/** The rules of a chain with those of the chains that it jumps to, under the conditions of the jumps. */
export function rulesOf({ table, chain }: Placed, seen: readonly Chain[] = []): readonly Rule[] {
  return chain.rules.flatMap((rule) => {
    const { verdict, matches } = rule;
    if (verdict?.kind !== "jump" && verdict?.kind !== "goto") return [rule];
    const target = table.chains.find(({ name }) => name === verdict.target);
    if (target === undefined || seen.includes(target))
      throw new Error(`line ${rule.line}: chain ${verdict.target} is not there, or jumps to itself`);
    return rulesOf({ table, chain: target }, [...seen, target]).map((inner) => ({
      ...inner,
      matches: [...matches, ...inner.matches],
    }));
  });
}

export const matchOn = ({ matches }: Rule, selector: string): Match | undefined =>
  matches.find((match) => match.selector === selector);

/** The values that a match compares with; named sets are looked up, and one that is not there has no elements. */
export const valuesIn = (table: Table, { values }: Match): readonly string[] =>
  values.flatMap((value) => (value.startsWith("@") ? (table.sets.get(value.slice(1)) ?? []) : [value]));

export const accepts = ({ verdict }: Rule): boolean => verdict?.kind === "accept";
export const refuses = ({ verdict }: Rule): boolean => verdict?.kind === "drop" || verdict?.kind === "reject";

/** ICMP of a family, by name or by number. */
export const ICMP = { ipv4: /^(icmp|1)$/, ipv6: /^(ipv6-icmp|icmpv6|58)$/ } as const;

const INTERFACES: readonly string[] = ["iifname", "oifname", "iif", "oif"];

/** Whether a rule refuses all that comes to it, at most by interface. */
export const refusesTheRest = (rule: Rule): boolean =>
  refuses(rule) && !rule.isLimited && rule.matches.every(({ selector }) => INTERFACES.includes(selector));

/** Whether a rule is only about connections that were let in before. */
export function isAboutKnownConnections(rule: Rule): boolean {
  const state = matchOn(rule, "ct state");
  return (
    state !== undefined &&
    !state.isNegated &&
    state.values.every((value) => value === "established" || value === "related")
  );
}

const BRIDGE = /^(br-|docker|virbr|veth)/;

/** The bridges that a chain guards, as it names them: published ports lead there, or nothing may be sent there. */
export const guardedBy = (placed: Placed): readonly string[] =>
  rulesOf(placed)
    .filter((rule) => refuses(rule) || matchOn(rule, "ct status")?.values.join() === "dnat")
    .flatMap((refusal) => matchOn(refusal, "oifname") ?? [])
    .flatMap((match) => valuesIn(placed.table, match));

/** Whether a rule is about what containers send: not from outside, or from bridges, among them those that are guarded. */
export function isFromInside(rule: Rule, placed: Placed, guarded = guardedBy(placed)): boolean {
  const source = matchOn(rule, "iifname") ?? matchOn(rule, "iif");
  if (source === undefined) return false;
  const values = valuesIn(placed.table, source);
  if (values.length === 0) return false;
  if (source.isNegated) return true;
  return values.every((value) => BRIDGE.test(value) || guarded.some((name) => covers(name, value)));
}

const covers = (name: string, value: string) =>
  name === value || (name.endsWith("*") && value.startsWith(name.slice(0, -1)));

/** Whether a chain refuses what it does not accept, no matter who sends it from outside. */
export const closesTheOutside = (placed: Placed): boolean =>
  placed.chain.policy === "drop" ||
  rulesOf(placed).some((rule) => refusesTheRest(rule) && !isFromInside(rule, placed));

/** Accepting rules of a forward chain that let new connections in from outside. */
export const openings = (placed: Placed): readonly Rule[] =>
  rulesOf(placed).filter(
    (rule) => accepts(rule) && !isAboutKnownConnections(rule) && !isFromInside(rule, placed),
  );

export interface Opening {
  readonly rule: Rule;
  readonly placed: Placed;
}

/** Where rules tell bridges apart, the others speak of other containers of the machine. */
export function ofOneStack(all: readonly Opening[]): readonly Opening[] {
  const named = all.filter(({ rule }) => matchOn(rule, "oifname") !== undefined);
  return named.length > 0 ? named : all;
}

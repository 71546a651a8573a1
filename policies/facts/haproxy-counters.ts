import type { Section } from "../files/haproxy-cfg.ts";
import { directives, refusals } from "./haproxy.ts";

/** A counter of a stick table as a condition reads it: `sc1_conn_cur`, `sc_conn_cur(1)` or `src_conn_cur(table)`. */
interface Reading {
  readonly name: string;

  /** Number of the tracked counter; undefined for the source itself. */
  readonly slot: string | undefined;
  readonly table: string | undefined;
}

const READING = /\b(?:sc(\d)|(sc)|(src))_([a-z0-9_]+?)(?:\(([^)]*)\))? (?:-m int )?(?:gt|ge) [1-9]\d*/g;

/** What is turned away: a connection before anything is read of it, or a request. */
type Turned = "tcp-request" | "http-request";

/**
 * Whether a section turns clients away by a counter of theirs that grows: the table keeps it, the client is tracked
 * in it, and general purpose counters are counted up.
 *
 * @param counters what may be counted, such as `conn_cur`
 * @param turned by which rules. @default both
 */
export function refusesBy(
  section: Section,
  counters: readonly string[],
  sections: readonly Section[],
  turned: readonly Turned[] = ["tcp-request", "http-request"],
): boolean {
  return refusals(section)
    .filter(({ directive }) => turned.some((kind) => directive.words[0] === kind))
    .filter(({ condition }) => condition.startsWith("if "))
    .flatMap(({ condition }) => readings(condition))
    .some((reading) => counters.includes(reading.name) && grows(reading, section, sections, turned));
}

const readings = (condition: string): readonly Reading[] =>
  [...condition.matchAll(READING)].map(([, slot, any, source, name = "", given = ""]) => {
    const [first, second] = given === "" ? [] : given.split(",");
    if (any !== undefined) return { name, slot: first, table: second };
    return { name, slot: source === undefined ? slot : undefined, table: first };
  });

function grows(
  { name, slot, table }: Reading,
  section: Section,
  sections: readonly Section[],
  turned: readonly Turned[],
): boolean {
  // A connection is turned away before a rule for requests could track it.
  const before = turned.includes("http-request") ? rules(section) : directives(section, "tcp-request");
  const tracked = before.find(({ words }) => words.includes(`track-sc${slot}`));
  if (slot === undefined ? table === undefined && !tracksSource(section) : tracked === undefined)
    return false;
  const named = table ?? (tracked?.words.includes("table") ? after(tracked.words, "table") : section.name);
  const stored = sections
    .filter((other) => other.name === named)
    .flatMap((other) => directives(other, "stick-table"))
    .flatMap(({ words }) => storedIn(words));
  return stored.includes(name) && isCounted(name, slot, section);
}

const rules = (section: Section) => [
  ...directives(section, "tcp-request"),
  ...directives(section, "http-request"),
];

const tracksSource = (section: Section) =>
  rules(section).some(({ words }) =>
    words.some((word, at) => /^track-sc\d$/.test(word) && words[at + 1] === "src"),
  );

/** `gpc0` and its rate stay 0 unless a rule counts them up. */
function isCounted(name: string, slot: string | undefined, section: Section): boolean {
  const [, gpc] = /^gpc(\d)/.exec(name) ?? [];
  if (gpc === undefined) return true;
  const increments = new RegExp(`^sc-(inc|add)-gpc${gpc}\\(${slot ?? "\\d"}\\)$|^sc-(inc|add)-gpc\\(${gpc},`);
  return rules(section).some(({ words }) => words.some((word) => increments.test(word)));
}

const after = (words: readonly string[], name: string) => words[words.indexOf(name) + 1];

/** `http_req_rate` of `store http_req_rate(10s),conn_cur`. */
const storedIn = (words: readonly string[]): readonly string[] =>
  words.flatMap((word, at) =>
    words[at - 1] === "store" ? word.split(",").map((name) => name.replace(/\(.*$/, "")) : [],
  );

import { summary } from "./statistics.js";

/** @typedef {import("./statistics.js").Summary} Summary */

/**
 * The time of one contestant.
 *
 * @typedef {Summary & { command: string, unit?: Unit, details?: Readonly<Record<string, Summary>> }} Figures
 * `unit` where it is another than the result's
 *
 * @typedef {"ms" | "MiB" | "/s" | "readings" | "bytes" | "%"} Unit
 *
 * @typedef {object} Verdict
 * @property {string} says the target in words
 * @property {number} measured
 * @property {number} limit the most that `measured` may be, or the least for rates
 * @property {"×" | "ms" | "MiB" | "/s" | "requests" | "readings" | "bytes" | "%"} unit of both
 * @property {boolean} met
 *
 * @typedef {object} Result
 * @property {Unit} unit of the figures
 * @property {Readonly<Record<string, Figures>>} figures by contestant
 * @property {Readonly<Record<string, number>>} ratios of medians, in words: "a : b"
 * @property {Verdict} target
 */

/**
 * @param {string} says
 * @param {number} measured
 * @param {number} limit
 * @param {Verdict["unit"]} unit
 * @returns {Verdict}
 */
export function verdict(says, measured, limit, unit) {
  const digits = { "×": 100, "%": 10 }[/** @type {string} */ (unit)] ?? 1;
  const figure = Math.round(measured * digits) / digits;
  return { says, measured: figure, limit, unit, met: unit === "/s" ? figure >= limit : figure <= limit };
}

/**
 * Times of rivals as figures.
 *
 * @param {readonly import("./rounds.js").Rival<{ ms: number }>[]} rivals
 * @param {ReadonlyMap<string, readonly { ms: number }[]>} results
 * @returns {Record<string, Figures>}
 */
export function timesOf(rivals, results) {
  return Object.fromEntries(
    rivals.map(({ name, command }) => {
      const samples = (results.get(name) ?? []).map(({ ms }) => ms);
      return [name, { command, ...summary(samples) }];
    }),
  );
}

/**
 * The ratio of the first contestant's median to each other's.
 *
 * @param {Readonly<Record<string, Figures>>} figures
 */
export function ratiosOf(figures) {
  const [[first, own], ...others] = /** @type {[[string, Figures], ...[string, Figures][]]} */ (
    Object.entries(figures)
  );
  return Object.fromEntries(
    others.map(([name, { median }]) => [`${first} : ${name}`, Math.round((own.median / median) * 100) / 100]),
  );
}

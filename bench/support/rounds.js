import { isInterrupted } from "./process.js";

/**
 * @template T
 * @typedef {object} Rival
 * @property {string} name
 * @property {string} command as one would type it
 * @property {() => Promise<T>} run once
 */

/**
 * Runs rivals in turn, round after round, and every other round in reverse order: what else the machine does in the
 * meantime hits all of them alike.
 *
 * @template T
 * @param {readonly Rival<T>[]} rivals
 * @param {number} rounds
 * @param {(line: string) => void} report
 * @returns {Promise<Map<string, T[]>>} results by name of the rival, in the order of the rounds
 */
export async function inTurn(rivals, rounds, report) {
  /** @type {Map<string, T[]>} */
  const results = new Map(rivals.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    report(`round ${round + 1} of ${rounds}`);
    for (const rival of round % 2 === 0 ? rivals : rivals.toReversed()) {
      if (isInterrupted()) throw new Error("interrupted");
      results.get(rival.name)?.push(await rival.run());
    }
  }
  return results;
}

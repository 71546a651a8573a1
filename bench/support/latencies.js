import { summary } from "./statistics.js";

const PER_MS = 20;
const LONGEST_MS = 10_000;

/** Counts of latencies to a twentieth of a millisecond: millions of them in constant memory. */
export class Latencies {
  #counts = new Uint32Array(LONGEST_MS * PER_MS + 1);
  #total = 0;

  /** @param {number} ms */
  add(ms) {
    const place = Math.min(this.#counts.length - 1, Math.max(0, Math.ceil(ms * PER_MS)));
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
    this.#total += 1;
  }

  get total() {
    return this.#total;
  }

  /**
   * The least time within which that share of all was done.
   *
   * @param {number} share such as 0.99
   */
  percentile(share) {
    let left = Math.ceil(this.#total * share);
    const place = this.#counts.findIndex((count) => {
      left -= count;
      return left <= 0;
    });
    return place / PER_MS;
  }
}

/**
 * The percentiles of several runs as figures.
 *
 * @param {string} command what was done, in words
 * @param {readonly Latencies[]} runs
 * @param {string} [prefix] of the names
 * @returns {Record<string, import("./result.js").Figures>}
 */
export function percentilesOf(command, runs, prefix = "") {
  return Object.fromEntries(
    [
      ["p50", 0.5],
      ["p95", 0.95],
      ["p99", 0.99],
    ].map(([name, share]) => [
      `${prefix}${name}`,
      { command, ...summary(runs.map((run) => run.percentile(Number(share)))) },
    ]),
  );
}

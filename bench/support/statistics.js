/**
 * @typedef {object} Summary
 * @property {number} min
 * @property {number} median
 * @property {number} max
 * @property {readonly number[]} samples in the order they were taken
 */

/**
 * @param {readonly number[]} samples at least one
 * @returns {Summary}
 */
export function summary(samples) {
  const sorted = samples.toSorted((a, b) => a - b);
  return {
    min: rounded(sorted.at(0)),
    median: rounded(median(sorted)),
    max: rounded(sorted.at(-1)),
    samples: samples.map(rounded),
  };
}

/**
 * The value that a share of all are not above.
 *
 * @param {readonly number[]} samples
 * @param {number} share such as 0.95
 */
export const quantile = (samples, share) =>
  samples.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * samples.length) - 1)] ?? Number.NaN;

/** @param {readonly number[]} sorted */
function median(sorted) {
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** To a tenth. */
const rounded = (value = 0) => Math.round(value * 10) / 10;

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

/** @param {readonly number[]} sorted */
function median(sorted) {
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** To a tenth. */
const rounded = (value = 0) => Math.round(value * 10) / 10;

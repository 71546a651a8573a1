const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;

/**
 * Wait before the attempt that follows `failures` failed ones. Half of it is left to chance, so that the pages
 * of a whole site do not come back in the same instant after a restart of the backend.
 */
export function backOffMs(failures: number, random: () => number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
  return Math.round(full / 2 + (full / 2) * random());
}

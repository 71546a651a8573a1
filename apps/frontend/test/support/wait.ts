import { vi } from "vitest";

/** Waits for what a look holds to be. The limit is far above what any takes: a busy machine alone must not fail a test. */
export const waitFor = <T>(look: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(look, { timeout: 40_000, interval: 20 });

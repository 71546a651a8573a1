import { defineConfig } from "vitest/config";

/** Loading the modules once for all files: policies are pure, so nothing of one file is left for the next. */
const shared = { isolate: false, pool: "threads" } as const;
/** Far above what any takes: a busy machine alone must not fail a test. */
const testTimeout = 30_000;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**", "test/policies/**"],
          testTimeout,
        },
      },
      { test: { name: "unit-policies", include: ["test/policies/**/*.test.ts"], testTimeout, ...shared } },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: "test/support/e2e-setup.ts",
          // Two at a time: tests wait for containers most of their time. More slow each other into their limits.
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});

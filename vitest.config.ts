import { defineConfig } from "vitest/config";
import { SlowestFirst } from "./test/support/slowest-first.ts";

/** Modules are loaded once for all files of a worker. `test/isolation.test.ts` holds that none of them leaves anything for the next. */
const shared = { isolate: false, setupFiles: ["test/support/no-creation-stacks.ts"] };
/** Far above what any takes: a busy machine alone must not fail a test. */
const testTimeout = 30_000;

/** Unit tests that change the environment of their process, for which modules may remember what they found. */
const alone = [
  "test/engines/deploy-lock.test.ts",
  "test/engines/docker/engine-check.test.ts",
  "test/engines/docker/firewall.test.ts",
  "test/engines/docker/plain-client.test.ts",
  "test/engines/docker/ports.test.ts",
  "test/engines/pick.test.ts",
  "test/engines/preflight/preflight.test.ts",
];

/** End-to-end tests that start nothing but images. They make those that all others start, and that waits for downloads. */
const images = ["test/e2e/images/**/*.test.ts", "test/e2e/accepted.test.ts"];
const deployed = { globalSetup: "test/support/e2e-setup.ts", testTimeout: 120_000, hookTimeout: 600_000 };

export default defineConfig({
  test: {
    sequence: { sequencer: SlowestFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**", "test/policies/**", ...alone],
          testTimeout,
          ...shared,
        },
      },
      { test: { name: "unit-alone", include: alone, testTimeout } },
      {
        test: {
          name: "unit-policies",
          include: ["test/policies/**/*.test.ts"],
          testTimeout,
          pool: "threads",
          ...shared,
        },
      },
      {
        test: {
          ...{ name: "e2e-images", include: images, maxWorkers: 1, sequence: { groupOrder: 1 } },
          ...deployed,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          exclude: images,
          // Two at a time: tests wait for containers most of their time. More slow each other into their limits.
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
          ...deployed,
        },
      },
    ],
  },
});

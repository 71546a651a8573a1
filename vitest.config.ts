import { defineConfig } from "vitest/config";
import { SlowestFirst } from "./test/support/slowest-first.ts";

/** Modules are loaded once for all files of a worker. `test/isolation.test.ts` holds that none of them leaves anything for the next. */
const shared = { isolate: false, setupFiles: ["test/support/no-creation-stacks.ts"] };
/** Far above what any takes: a busy machine alone must not fail a test. */
const testTimeout = 90_000;

/** Unit tests that change the environment of their process, for which modules may remember what they found. */
const alone = [
  "test/cli/on-swarm.test.ts",
  "test/cli/setup.test.ts",
  "test/constructs/kept-data.test.ts",
  "test/runners/deploy-lock.test.ts",
  "test/runners/docker/engine-api.test.ts",
  "test/runners/docker/engine-check.test.ts",
  "test/runners/docker/firewall.test.ts",
  "test/runners/docker/host-listeners.test.ts",
  "test/runners/docker/host-routes.test.ts",
  "test/runners/docker/impostors.test.ts",
  "test/runners/docker/plain-client.test.ts",
  "test/runners/docker/ports.test.ts",
  "test/runners/docker/taken-subnets.test.ts",
  "test/runners/docker/watcher.test.ts",
  "test/runners/doctor/swarm.test.ts",
  "test/runners/images/builder.test.ts",
  "test/runners/images/registry-login.test.ts",
  "test/runners/pick.test.ts",
  "test/runners/preflight/preflight.test.ts",
  "test/runners/swarm/impostors.test.ts",
  "test/runners/swarm/place.test.ts",
  "test/runners/swarm/remove-objects.test.ts",
];

/** End-to-end tests that start nothing but images. They make those that all others start, and that waits for downloads. */
const images = ["test/e2e/images/**/*.test.ts", "test/e2e/accepted.test.ts"];

/**
 * Left out of `npm test`, which has to end within the time that two cores have for it: what seldom changes, or takes minutes to
 * show. `npm test -- --long` runs them as well, and so does the project's own CI for each commit (.github/workflows).
 */
const long = [
  "acme-rendered",
  "archive",
  "backup-s3",
  "bundle",
  "engine-dies",
  "failover",
  "kills",
  "many-engines",
  "new-service",
  "outside-engine",
  "package",
  "pgbouncer",
  "postgres-entrypoint",
  "remote",
  "restore-rendered",
  "runners",
  "second-engine",
  "site-and-centre",
  "upgrade",
].map((name) => `test/e2e/${name}.test.ts`);
const deployed = { globalSetup: "test/support/e2e-setup.ts", testTimeout: 120_000, hookTimeout: 600_000 };

export default defineConfig({
  test: {
    sequence: { sequencer: SlowestFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: [
            "test/e2e/**",
            "test/contract/**",
            "test/opentofu/**",
            "test/engines/**",
            "test/policies/**",
            ...alone,
          ],
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
          exclude: [...images, ...long],
          // Two at a time: tests wait for containers most of their time. More slow each other into their limits.
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
          ...deployed,
        },
      },
      {
        test: {
          ...{ name: "e2e-long", include: long, maxWorkers: 2, sequence: { groupOrder: 3 } },
          ...deployed,
        },
      },
      // The end-to-end tests of the stack once more, with stand-ins for the official images: npm test -- --contract.
      { test: { name: "contract", include: ["test/contract/*.test.ts"], maxWorkers: 1, ...deployed } },
      // What Terraform does, done by OpenTofu where it is installed: a part of `npm test -- --long`.
      { test: { name: "opentofu", include: ["test/opentofu/*.test.ts"], maxWorkers: 1, ...deployed } },
      // Not a part of `npm test`: `npm test -- --engines` runs it alone.
      {
        test: {
          name: "engines",
          include: ["test/engines/**/*.test.ts"],
          maxWorkers: 1,
          ...deployed,
          testTimeout: 600_000,
        },
      },
    ],
  },
});

import { defineConfig } from "vitest/config";

const resolve = { alias: { "@": import.meta.dirname } };

export default defineConfig({
  test: {
    projects: [
      { resolve, test: { name: "unit", include: ["test/unit/**/*.test.ts"] } },
      {
        resolve,
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          // One browser at a time: two would wait for each other on a small machine.
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});

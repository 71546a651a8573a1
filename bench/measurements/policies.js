import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { manyContainers } from "../support/many-containers.js";
import { root, run } from "../support/process.js";
import { ratiosOf, timesOf, verdict } from "../support/result.js";
import { inTurn } from "../support/rounds.js";

const WARM_UP = 20;
const COMPILED = `1000 containers, after ${WARM_UP} others`;

/**
 * Every rule over a stack of 1,000 containers, and over one of 10,000 to see how it grows. What counts for the target
 * is the rules, not that Node compiles them first; the first run of a process stands next to it.
 */
export const policies = {
  name: "policies",
  title: "every rule over 1,000 and 10,000 containers, after parsing",
  runs: 9,

  /** @type {import("../support/measurement.js").Measurement["measure"]} */
  async measure({ runs, report }) {
    const workspace = mkdtempSync(join(tmpdir(), "exploreiot-bench-"));
    try {
      const judge = await bundleJudge(workspace);
      const few = await written(1_000, workspace);
      const many = await written(10_000, workspace);
      const rivals = [
        rival(COMPILED, ["node", judge, few, String(WARM_UP)]),
        rival("1000 containers, first", ["node", judge, few]),
        rival("10000 containers, first", ["node", judge, many]),
      ];
      const figures = timesOf(rivals, await inTurn(rivals, runs, report));
      return {
        unit: "ms",
        figures,
        ratios: ratiosOf(figures),
        target: verdict(
          "1,000 containers in less than 100 ms",
          figures[COMPILED]?.median ?? Number.NaN,
          100,
          "ms",
        ),
      };
    } finally {
      rmSync(workspace, { recursive: true, force: true });
    }
  },
};

/**
 * @param {number} count of containers
 * @param {string} workspace
 */
async function written(count, workspace) {
  const stack = await manyContainers(count, workspace);
  // Where it was synthesized, since it names its files from there.
  const file = join(workspace, "cdktf.out", "stacks", "local", `${count}.json`);
  writeFileSync(file, JSON.stringify(stack));
  return file;
}

/**
 * A process of its own for each run; what counts is the time that it says for the rules, without its start and
 * without parsing.
 *
 * @param {string} name
 * @param {readonly string[]} argv
 */
const rival = (name, argv) => ({
  name,
  command: "evaluate(stack, policies)",
  run: async () => {
    const ended = await run(argv, { limitSeconds: 120 });
    return { ...ended, ms: Number(ended.stdout) };
  },
});

/** @param {string} workspace */
async function bundleJudge(workspace) {
  const outfile = join(workspace, "judge.mjs");
  await build({
    absWorkingDir: root,
    entryPoints: ["bench/support/judge.js"],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["esbuild"],
    banner: {
      js: 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);',
    },
    logLevel: "error",
  });
  return outfile;
}

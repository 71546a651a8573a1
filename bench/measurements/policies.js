import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle } from "../support/bundle.js";
import { manyContainers } from "../support/many-containers.js";
import { run } from "../support/process.js";
import { ratiosOf, timesOf, verdict } from "../support/result.js";
import { inTurn } from "../support/rounds.js";
import { quantile, summary } from "../support/statistics.js";

const WARM_UP = 20;
const COMPILED = `1000 containers, after ${WARM_UP} others`;
const WALK = "a plain walk over the same JSON";

/**
 * What 100 ms are on a machine on which the walk takes 10 ms. Both are measured in one process, one after the other, so
 * that neither the speed of a machine nor what else it does is in the ratio.
 */
const MOST_WALKS = 10;

/**
 * Every rule over a stack of 1,000 containers, and over one of 10,000 to see how it grows. The target is about
 * the rules, not the time in which Node compiles them first; the first run of a process stands next to it.
 */
export const policies = {
  name: "policies",
  title: "every rule over 1,000 and 10,000 containers, after parsing",
  runs: 9,

  /** @type {import("../support/measurement.js").Measurement["measure"]} */
  async measure({ runs, report }) {
    const workspace = mkdtempSync(join(tmpdir(), "exploreiot-bench-"));
    try {
      const judge = await bundle("bench/support/judge.js", join(workspace, "judge.mjs"));
      const few = await written(1_000, workspace);
      const many = await written(10_000, workspace);
      const rivals = [
        rival(COMPILED, ["node", judge, few, String(WARM_UP)]),
        rival("1000 containers, first", ["node", judge, few]),
        rival("10000 containers, first", ["node", judge, many]),
      ];
      const results = await inTurn(rivals, runs, report);
      const compiled = results.get(COMPILED) ?? [];
      const walks = compiled.map(({ walk }) => walk);
      const figures = {
        ...timesOf(rivals, results),
        [WALK]: { command: "every letter of every name and text", ...summary(walks) },
      };
      return {
        unit: "ms",
        figures,
        ratios: ratiosOf(figures),
        target: verdict(
          `1,000 containers in at most ${MOST_WALKS} times a plain walk over the same JSON: 100 ms where that takes 10 ms`,
          quantile(
            compiled.map(({ ms, walk }) => ms / walk),
            0.5,
          ),
          MOST_WALKS,
          "×",
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
    const { rules, walk } = JSON.parse(ended.stdout);
    return { ms: Number(rules), walk: Number(walk) };
  },
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { BUNDLING } from "../../bin/bundle.js";
import { run } from "../support/process.js";
import { ratiosOf, timesOf, verdict } from "../support/result.js";
import { inTurn } from "../support/rounds.js";

const KIT = "local, bundled";
const EMPTY = "empty app";
const BUNDLED = "empty app, bundled";

/** Synthesis of the shipped deployment `local` next to that of an app with nothing in it. */
export const synthesis = {
  name: "synthesis",
  title: "synthesis of local, next to an empty cdktf app",
  runs: 15,

  /** @type {import("../support/measurement.js").Measurement["measure"]} */
  async measure({ runs, report }) {
    const workspace = mkdtempSync(join(tmpdir(), "exploreiot-bench-"));
    try {
      const rivals = await prepare(workspace);
      // Once unmeasured: makes the bundle and the secrets, and reads every file from the disk.
      await run(["node", "bin/synth.js"], { env: settings(workspace) });
      for (const rival of rivals) await rival.run();
      const figures = timesOf(rivals, await inTurn(rivals, runs, report));
      const ratios = ratiosOf(figures);
      const says = "at most 1.3 × an empty cdktf app on the same Node";
      return {
        unit: "ms",
        figures,
        ratios,
        target: verdict(says, ratios[`${KIT} : ${EMPTY}`] ?? Number.NaN, 1.3, "×"),
      };
    } finally {
      rmSync(workspace, { recursive: true, force: true });
    }
  },
};

/** @param {string} workspace */
async function prepare(workspace) {
  const bundle = join(workspace, "empty.cjs");
  await bundleEmptyApp(bundle);
  return [
    rival(KIT, "bin/synth.js", workspace),
    rival(EMPTY, "bench/empty-app/main.cjs", workspace),
    rival(BUNDLED, bundle, workspace, "empty.cjs"),
  ];
}

/**
 * @param {string} name
 * @param {string} script
 * @param {string} workspace
 * @param {string} [shown] the script as results name it
 */
const rival = (name, script, workspace, shown = script) => ({
  name,
  command: `node ${shown}`,
  run: () => run(["node", script], { env: settings(workspace), limitSeconds: 60 }),
});

/** Synthesized files go to a folder of their own: the stacks of this checkout stay as they are. */
const settings = (/** @type {string} */ workspace) => ({
  EXPLOREIOT_CONFIG: "local",
  CDKTF_OUTDIR: join(workspace, "cdktf.out"),
});

/**
 * As the kit is bundled.
 *
 * @param {string} outfile
 */
const bundleEmptyApp = (outfile) =>
  build({ ...BUNDLING, format: "cjs", entryPoints: ["bench/empty-app/main.cjs"], outfile });

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, run } from "../support/process.js";
import { verdict } from "../support/result.js";
import { summary } from "../support/statistics.js";

const FEW = 250;
const MANY = 1000;
const MOST_MS = 12;
const MIB = 1024;

/** @satisfies {import("../support/measurement.js").Measurement} */
export const sites = {
  name: "sites",
  title:
    "a folder of sites, synthesized and judged as one app: milliseconds a site over an empty cdktf stack",
  runs: 1,
  async measure({ runs, report }) {
    const workspace = mkdtempSync(join(tmpdir(), "exploreiot-bench-"));
    try {
      const [few, many] = [await measured(FEW), await measured(MANY)];
      const command = "EXPLOREIOT_CONFIG=FOLDER node bin/synth.js, less node bench/empty-app/many.cjs";
      const each = many.map(({ over }) => over);
      const figures = {
        [`${MANY} sites, each`]: { command, ...summary(each) },
        [`${FEW} sites, each`]: { command, ...summary(few.map(({ over }) => over)) },
        [`${MANY} sites, memory`]: {
          command: "process.resourceUsage().maxRSS",
          ...summary(many.map(({ mebibytes }) => mebibytes)),
          unit: /** @type {const} */ ("MiB"),
        },
        [`${FEW} sites, memory`]: {
          command: "the same",
          ...summary(few.map(({ mebibytes }) => mebibytes)),
          unit: /** @type {const} */ ("MiB"),
        },
      };
      const medians = [many, few].map((of) => summary(of.map(({ over }) => over)).median);
      const ratio = Math.round(((medians[0] ?? 0) / (medians[1] ?? 1)) * 100) / 100;
      return {
        unit: /** @type {const} */ ("ms"),
        figures,
        ratios: { [`a site of ${MANY} : one of ${FEW}`]: ratio },
        target: verdict(
          `at most ${MOST_MS} ms a site over an empty stack`,
          medians[0] ?? Number.NaN,
          MOST_MS,
          "ms",
        ),
      };

      /** @param {number} count */
      async function measured(count) {
        const folder = sitesIn(workspace, count);
        report(`${count} sites: secrets are made, which is not measured`);
        await synthesis(workspace, ["bin/synth.js"], folder);
        const results = [];
        for (let index = 0; index < runs; index += 1) {
          report(`${count} sites, run ${index + 1} of ${runs}`);
          const empty = await synthesis(workspace, ["bench/empty-app/many.cjs", String(count)], folder);
          const whole = await synthesis(workspace, ["bin/synth.js"], folder);
          results.push({ over: (whole.ms - empty.ms) / count, mebibytes: whole.mebibytes });
        }
        return results;
      }
    } finally {
      rmSync(workspace, { recursive: true, force: true });
    }
  },
};

/**
 * As `local` is, each on an engine of its own.
 *
 * @param {string} workspace
 * @param {number} count
 */
function sitesIn(workspace, count) {
  const folder = join(workspace, `sites-${count}`);
  mkdirSync(folder);
  for (let index = 1; index <= count; index += 1) {
    const engine = `engine: { host: "ssh://ops@s${index}.example.org" }`;
    const users = 'mosquitto: { users: [{ name: sensor, publish: ["sensor/+"] }] }';
    writeFileSync(join(folder, `s${index}.yaml`), `name: s${index}\n${engine}\n${users}\n`);
  }
  return folder;
}

/**
 * Kept and made files go to a folder of its own.
 *
 * @param {string} workspace
 * @param {readonly string[]} script
 * @param {string} folder
 */
async function synthesis(workspace, script, folder) {
  const peak = join(root, "bench", "support", "peak-memory.js");
  const { ms, stdout } = await run(["node", "--import", peak, ...script], {
    env: {
      EXPLOREIOT_CONFIG: folder,
      EXPLOREIOT_HOME: workspace,
      CDKTF_OUTDIR: join(workspace, "cdktf.out"),
    },
    limitSeconds: 1800,
  });
  return { ms, mebibytes: Number(stdout.trim().split("\n").at(-1)) / MIB };
}

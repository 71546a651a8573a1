import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { manyContainers } from "../support/many-containers.js";
import { run } from "../support/process.js";
import { ratiosOf, timesOf, verdict } from "../support/result.js";
import { inTurn } from "../support/rounds.js";

const KIT = "exploreiot policy check";
const CHECKOV = "checkov";
const CONTAINERS = 1_000;

/** The kit's verb next to Checkov on one file, both as whole processes. */
export const policiesCheckov = {
  name: "policies-checkov",
  title: `exploreiot policy check next to Checkov, ${CONTAINERS} containers, process start included`,
  runs: 3,

  /** @type {import("../support/measurement.js").Measurement["measure"]} */
  async measure({ runs, report }) {
    const workspace = mkdtempSync(join(tmpdir(), "exploreiot-bench-"));
    try {
      report("installing Checkov from PyPI");
      const checkov = await install(workspace);
      const file = join(workspace, "cdk.tf.json");
      writeFileSync(file, JSON.stringify(await manyContainers(CONTAINERS, workspace), null, 2));
      const rivals = [
        rival(
          KIT,
          ["node", "dist/cli.js", "policy", "check", file, "--json"],
          "node dist/cli.js policy check FILE --json",
        ),
        rival(
          CHECKOV,
          [checkov, "-f", file, "-o", "json", "--skip-download"],
          "checkov -f FILE -o json --skip-download",
        ),
      ];
      const figures = timesOf(rivals, await inTurn(rivals, runs, report));
      const ratios = ratiosOf(figures);
      return {
        unit: "ms",
        figures,
        ratios,
        target: verdict("at most 1/20 of Checkov", ratios[`${KIT} : ${CHECKOV}`] ?? Number.NaN, 0.05, "×"),
      };
    } finally {
      rmSync(workspace, { recursive: true, force: true });
    }
  },
};

/**
 * @param {string} name
 * @param {readonly string[]} argv
 * @param {string} command
 */
const rival = (name, argv, command) => ({
  name,
  command,
  run: () => run(argv, { limitSeconds: 600, expected: [0, 1] }),
});

/** @param {string} workspace */
async function install(workspace) {
  const environment = join(workspace, "venv");
  await run(["python3", "-m", "venv", environment]);
  await run([join(environment, "bin", "pip"), "install", "--quiet", "checkov"]);
  const program = join(environment, "bin", "checkov");
  if (!existsSync(program)) throw new Error("pip installed no checkov");
  return program;
}

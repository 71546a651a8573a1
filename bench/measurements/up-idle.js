import { withDeployment } from "../support/deployment.js";
import { run } from "../support/process.js";
import { ratiosOf, timesOf, verdict } from "../support/result.js";
import { inTurn } from "../support/rounds.js";

/** @typedef {import("../support/deployment.js").BenchDeployment} BenchDeployment */
/** @typedef {import("../support/rounds.js").Rival<{ ms: number }>} Rival */

const KIT = "exploreiot up";
const RUNS = 10;

/** @satisfies {import("../support/measurement.js").Measurement} */
export const upIdleCompose = {
  name: "up-idle-compose",
  title: "up with nothing to do, compose runner, next to docker compose up --wait",
  runs: RUNS,
  measure: (context) =>
    withDeployment(["bench-idle-compose", "compose", 24_000], async (deployment) => {
      const services = await runningServices(deployment);
      const rivals = [
        kit(deployment),
        compose(deployment, "docker compose up, services", ["--no-deps", ...services]),
        // Runs the finished one-shot containers again, each time: more than nothing to do.
        compose(deployment, "docker compose up, all", []),
      ];
      return compare(rivals, context, {
        says: "at most 0.5 × docker compose up --wait of the services, jobs left out",
        most: 0.5,
      });
    }),
};

/** @satisfies {import("../support/measurement.js").Measurement} */
export const upIdleTerraform = {
  name: "up-idle-terraform",
  title: "up with nothing to do, terraform runner, next to terraform apply",
  runs: RUNS,
  needs: "terraform",
  measure: (context) =>
    withDeployment(["bench-idle-tf", "terraform", 24_010], (deployment) =>
      compare([kit(deployment), terraform(deployment)], context, {
        says: "no slower than terraform apply",
        most: 1,
      }),
    ),
};

/**
 * @param {readonly Rival[]} rivals the kit, then the one it is measured by
 * @param {import("../support/measurement.js").Context} context
 * @param {{ says: string, most: number }} target
 * @returns {Promise<import("../support/result.js").Result>}
 */
async function compare(rivals, { runs, report }, { says, most }) {
  for (const rival of rivals) await rival.run();
  const figures = timesOf(rivals, await inTurn(rivals, runs, report));
  const ratios = ratiosOf(figures);
  const measured = ratios[`${KIT} : ${rivals[1]?.name}`] ?? Number.NaN;
  return { unit: "ms", figures, ratios, target: verdict(says, measured, most, "×") };
}

/**
 * @param {BenchDeployment} deployment
 * @returns {Rival}
 */
const kit = (deployment) => ({ name: KIT, command: deployment.upCommand, run: () => deployment.up() });

/**
 * @param {BenchDeployment} deployment
 * @param {string} name
 * @param {readonly string[]} extra
 * @returns {Rival}
 */
function compose({ folder }, name, extra) {
  const argv = [
    ...["docker", "compose", "--file", `${folder}/compose.yaml`],
    ...["up", "--detach", "--wait", ...extra],
  ];
  return { name, command: argv.join(" "), run: () => run(argv, { limitSeconds: 120 }) };
}

/**
 * @param {BenchDeployment} deployment
 * @returns {Rival}
 */
function terraform({ folder }) {
  const argv = ["terraform", `-chdir=${folder}`, "apply", "-auto-approve"];
  return { name: "terraform apply", command: argv.join(" "), run: () => run(argv, { limitSeconds: 120 }) };
}

/** @param {BenchDeployment} deployment */
async function runningServices({ folder }) {
  const { stdout } = await run([
    ...["docker", "compose", "--file", `${folder}/compose.yaml`],
    ...["ps", "--services", "--status", "running"],
  ]);
  return stdout.split("\n").filter(Boolean).sort();
}

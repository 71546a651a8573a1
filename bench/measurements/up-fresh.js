import { setTimeout as delay } from "node:timers/promises";
import { withDeployment } from "../support/deployment.js";
import { run } from "../support/process.js";
import { ratiosOf, timesOf, verdict } from "../support/result.js";
import { inTurn } from "../support/rounds.js";
import { summary } from "../support/statistics.js";

/** @typedef {import("../support/deployment.js").BenchDeployment} BenchDeployment */
/** @typedef {import("../support/process.js").Ended} Ended */
/** @typedef {import("../support/rounds.js").Rival<Ended & { lead: number }>} Rival */
/** @typedef {import("../support/result.js").Figures} Figures */

const KIT = "exploreiot up";
const RUNS = 5;
const REST_MS = 1000;

/** @satisfies {import("../support/measurement.js").Measurement} */
export const upFreshCompose = {
  name: "up-fresh-compose",
  title: "up from nothing but images, compose runner, next to docker compose up --wait",
  runs: RUNS,
  measure: (context) =>
    withDeployment(["bench-fresh-compose", "compose", 24_020], async (deployment) => {
      const bare = composeUp(deployment);
      const { figures, ratios } = await compare(deployment, bare, context);
      const says = "at most 1.1 × docker compose up --detach --wait on the same file";
      const measured = ratios[`${KIT} : ${bare.name}`] ?? Number.NaN;
      return { unit: "ms", figures, ratios, target: verdict(says, measured, 1.1, "×") };
    }),
};

/** @satisfies {import("../support/measurement.js").Measurement} */
export const upFreshTerraform = {
  name: "up-fresh-terraform",
  title: "up from nothing but images, terraform runner, next to terraform apply",
  runs: RUNS,
  needs: "terraform",
  measure: (context) =>
    withDeployment(["bench-fresh-tf", "terraform", 24_030], async (deployment) => {
      const bare = terraformApply(deployment);
      const { figures, ratios } = await compare(deployment, bare, context);
      const says = "at most 500 ms over terraform apply -auto-approve in the same folder";
      const added = (figures[KIT]?.median ?? Number.NaN) - (figures[bare.name]?.median ?? Number.NaN);
      return { unit: "ms", figures, ratios, target: verdict(says, added, 500, "ms") };
    }),
};

/**
 * @param {BenchDeployment} deployment
 * @param {{ name: string, argv: readonly string[] }} bare
 * @param {import("../support/measurement.js").Context} context
 */
async function compare(deployment, bare, { runs, report }) {
  const rivals = [
    fresh(deployment, KIT, deployment.upCommand, () => deployment.up()),
    fresh(deployment, bare.name, bare.argv.join(" "), () => run(bare.argv, { limitSeconds: 300 })),
  ];
  const results = await inTurn(rivals, runs, report);
  const figures = timesOf(rivals, results);
  for (const [name, figure] of Object.entries(figures)) {
    figure.details = { untilFirstContainer: summary((results.get(name) ?? []).map(({ lead }) => lead)) };
  }
  return { figures, ratios: ratiosOf(figures) };
}

/**
 * @param {BenchDeployment} deployment
 * @param {string} name
 * @param {string} command
 * @param {() => Promise<Ended>} up
 * @returns {Rival}
 */
const fresh = (deployment, name, command, up) => ({
  name,
  command,
  run: async () => {
    await deployment.reset();
    // The engine tidies up for a moment after containers are gone.
    await delay(REST_MS);
    const ended = await up();
    const created = (await deployment.containers()).map(({ Created }) => Date.parse(Created));
    // Health checks come every 2 s, so whole times jump; what is done before there are any does not.
    return { ...ended, lead: Math.min(...created) - ended.startedAt };
  },
});

/** @param {BenchDeployment} deployment */
const composeUp = ({ folder }) => ({
  name: "docker compose up",
  argv: ["docker", "compose", "--file", `${folder}/compose.yaml`, "up", "--detach", "--wait"],
});

/** @param {BenchDeployment} deployment */
const terraformApply = ({ folder }) => ({
  name: "terraform apply",
  argv: ["terraform", `-chdir=${folder}`, "apply", "-auto-approve"],
});

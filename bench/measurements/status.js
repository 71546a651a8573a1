import { withDeployment } from "../support/deployment.js";
import { run } from "../support/process.js";
import { ratiosOf, timesOf, verdict } from "../support/result.js";
import { inTurn } from "../support/rounds.js";

const KIT = "exploreiot status";

/** @satisfies {import("../support/measurement.js").Measurement} */
export const status = {
  name: "status",
  title: "status of a running stack, next to docker compose ps",
  runs: 10,
  measure: ({ runs, report }) =>
    withDeployment(["bench-status", "compose", 24_020], async (deployment) => {
      const compose = ["docker", "compose", "--file", `${deployment.folder}/compose.yaml`, "ps"];
      const rivals = [
        { name: KIT, command: "node bin/exploreiot.js status", run: () => deployment.status() },
        { name: "docker compose ps", command: compose.join(" "), run: () => run(compose) },
      ];
      for (const rival of rivals) await rival.run();
      const figures = timesOf(rivals, await inTurn(rivals, runs, report));
      const says = "under 500 ms, next to docker compose ps in the same run";
      return {
        unit: /** @type {const} */ ("ms"),
        figures,
        ratios: ratiosOf(figures),
        target: verdict(says, figures[KIT]?.median ?? Number.NaN, 500, "ms"),
      };
    }),
};

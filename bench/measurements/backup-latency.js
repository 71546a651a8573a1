import { withDeployment } from "../support/deployment.js";
import { percentilesOf } from "../support/latencies.js";
import { run } from "../support/process.js";
import { ReferenceApp } from "../support/reference-app.js";
import { verdict } from "../support/result.js";
import { inTurn } from "../support/rounds.js";
import { fill } from "./list-latency.js";
import { LIVE_COMMAND, liveRun } from "./live-latency.js";

const ROWS = 1_000_000;
const MOST_TIMES_QUIET = 1.5;

/** @satisfies {import("../support/measurement.js").Measurement} */
export const backupLatency = {
  name: "backup-latency",
  title: "from the publication to the arrival at every socket while backups are made",
  runs: 3,
  measure: ({ runs, report }) => {
    // None by its schedule, and none is verified: what is measured is the dump and its way to the repository.
    const settings = { backup: { enabled: true, every: "99h", verify: 1000 } };
    return withDeployment(["bench-app-backup", "compose", 27_200, settings], async (deployment) => {
      const app = new ReferenceApp(deployment);
      report(`filling the table with ${ROWS} rows`);
      await fill(app, ROWS);
      let number = 0;
      const quiet = { name: "quiet", command: LIVE_COMMAND, run: () => liveRun(app, number++) };
      const busy = {
        name: "backups",
        command: `${LIVE_COMMAND}, while one backup of ${ROWS / 1e6} M rows follows the other`,
        run: () => whileBackups(app, quiet.run),
      };
      const results = await inTurn([quiet, busy], runs, report);
      const figures = Object.assign(
        {},
        ...[quiet, busy].map(({ name, command }) =>
          percentilesOf(command, results.get(name) ?? [], `${name}, `),
        ),
      );
      const ratio = figures["backups, p99"].median / figures["quiet, p99"].median;
      return {
        unit: "ms",
        figures,
        ratios: { "p99 with backups : quiet": ratio },
        target: verdict(`p99 at most ${MOST_TIMES_QUIET} × the quiet one`, ratio, MOST_TIMES_QUIET, "×"),
      };
    });
  },
};

/**
 * @template T
 * @param {ReferenceApp} app
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function whileBackups(app, work) {
  let isOver = false;
  const backups = (async () => {
    while (!isOver) await run(["docker", "exec", app.container("backup"), "backup", "now"]);
  })();
  try {
    return await work();
  } finally {
    isOver = true;
    await backups;
  }
}

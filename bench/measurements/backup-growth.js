import { withDeployment } from "../support/deployment.js";
import { run } from "../support/process.js";
import { ReferenceApp } from "../support/reference-app.js";
import { verdict } from "../support/result.js";
import { summary } from "../support/statistics.js";
import { EMPTY } from "./backup.js";
import { fill } from "./list-latency.js";

const SIZES = [1_000_000, 10_000_000];
const MOST_TIMES = 10;

/** @satisfies {import("../support/measurement.js").Measurement} */
export const backupGrowth = {
  name: "backup-growth",
  title: "a backup, its verification, its size and its restore, of 1 and of 10 M rows",
  runs: 1,
  measure: ({ report }) => {
    const settings = { backup: { enabled: true, every: "99h", verify: 1000 } };
    return withDeployment(["bench-growth", "compose", 27_220, settings], async (deployment) => {
      const app = new ReferenceApp(deployment);
      const inside = (/** @type {string} */ script) =>
        run(["docker", "exec", app.container("backup"), "bash", "-c", script], { limitSeconds: 1800 });
      /** @type {Record<string, import("../support/result.js").Figures>} */
      const figures = {};
      for (const rows of SIZES) {
        const of = (/** @type {string} */ what) => `${what} of ${rows / 1e6} M rows`;
        const timed = (/** @type {string} */ command, /** @type {{ ms: number }} */ { ms }) => ({
          command,
          ...summary([ms]),
        });
        report(`filling the table with ${rows} rows`);
        await fill(app, rows);
        await inside(EMPTY);
        figures[of("backup")] = timed("backup now", await inside("backup now"));
        figures[of("verification")] = timed("backup verify", await inside("backup verify"));
        const { stdout } = await inside("du -sk /repository");
        figures[of("repository")] = {
          command: "du -sk",
          ...summary([Number.parseInt(stdout, 10) / 1024]),
          unit: "MiB",
        };
        report(of("restore"));
        figures[of("restore")] = timed("exploreiot restore --yes", await deployment.restore());
        await deployment.deleteFormer();
      }
      const times = (/** @type {string} */ what) => {
        const [small, large] = SIZES.map((rows) => figures[`${what} of ${rows / 1e6} M rows`]);
        return (large?.median ?? Infinity) / (small?.median ?? 1);
      };
      const growth = Object.fromEntries(
        ["backup", "verification", "repository", "restore"].map((what) => [
          `${what}: 10 M rows : 1 M rows`,
          Math.round(times(what) * 100) / 100,
        ]),
      );
      return {
        unit: /** @type {const} */ ("ms"),
        figures,
        ratios: growth,
        target: verdict(
          `ten times the rows take at most ${MOST_TIMES} × as long to restore`,
          times("restore"),
          MOST_TIMES,
          "×",
        ),
      };
    });
  },
};

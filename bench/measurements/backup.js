import { withDeployment } from "../support/deployment.js";
import { run } from "../support/process.js";
import { ReferenceApp } from "../support/reference-app.js";
import { ratiosOf, timesOf, verdict } from "../support/result.js";
import { inTurn } from "../support/rounds.js";
import { summary } from "../support/statistics.js";
import { fill } from "./list-latency.js";

const MOST_TIMES_BY_HAND = 1.15;

/** Nothing of the round before is there, so that each sends all of it. */
export const EMPTY = "rm -rf /repository/* /state/repository /state/cache /state/by-hand";

/** The command that a person would type, in the same container: the same programs, limits and disk. */
const BY_HAND = `set -euo pipefail
export RESTIC_PASSWORD_FILE=/run/exploreiot/password RESTIC_REPOSITORY=/state/by-hand RESTIC_CACHE_DIR=/state/cache
export PGPASSWORD=$(cat /run/exploreiot/postgres.password) PGHOST=postgres PGUSER=exploreiot_backup
restic init --quiet
pg_dump --format=custom --compress=0 exploreiot | restic backup --quiet --stdin --stdin-filename exploreiot.dump`;

export const [backup1m, backup10m] = [
  { rows: 1_000_000, runs: 3, port: 27_160 },
  { rows: 10_000_000, runs: 1, port: 27_180 },
].map(({ rows, runs, port }) => of(`backup-${rows / 1e6}m`, rows, runs, port));

/**
 * @param {string} name
 * @param {number} rows
 * @param {number} runs
 * @param {number} port
 * @returns {import("../support/measurement.js").Measurement}
 */
function of(name, rows, runs, port) {
  return {
    name,
    title: `a backup of ${rows / 1e6} M rows, and its restore`,
    runs,
    measure: ({ runs, report }) => {
      // None by its schedule: what is measured is asked for.
      const settings = { backup: { enabled: true, every: "99h", verify: 1000 } };
      return withDeployment([`bench-${name}`, "compose", port, settings], async (deployment) => {
        const app = new ReferenceApp(deployment);
        report(`filling the table with ${rows} rows`);
        await fill(app, rows);
        const inside = (/** @type {string} */ script) =>
          run(["docker", "exec", app.container("backup"), "bash", "-c", script], { limitSeconds: 1800 });
        const rivals = ["backup now", BY_HAND].map((script, index) => ({
          name: ["exploreiot backup", "pg_dump piped into restic"][index] ?? "",
          command: script,
          run: async () => {
            await inside(EMPTY);
            return inside(script);
          },
        }));
        const figures = timesOf(rivals, await inTurn(rivals, runs, report));
        const ratios = ratiosOf(figures);
        await inside(`${EMPTY}; backup now`);
        const { stdout } = await inside("du -sm /repository");
        report("restore");
        const { ms } = await deployment.restore();
        const byHand = Object.values(ratios)[0] ?? Infinity;
        return {
          unit: "ms",
          figures: {
            ...figures,
            "exploreiot restore": { command: "exploreiot restore --yes", ...summary([ms]) },
            "size of the repository": {
              command: "du -sm",
              ...summary([Number.parseInt(stdout, 10)]),
              unit: "MiB",
            },
          },
          ratios,
          target: verdict(`at most ${MOST_TIMES_BY_HAND} × by hand`, byHand, MOST_TIMES_BY_HAND, "×"),
        };
      });
    },
  };
}

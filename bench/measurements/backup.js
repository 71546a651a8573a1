import { withDeployment } from "../support/deployment.js";
import { percentilesOf } from "../support/latencies.js";
import { run } from "../support/process.js";
import { ReferenceApp } from "../support/reference-app.js";
import { ratiosOf, timesOf, verdict } from "../support/result.js";
import { inTurn } from "../support/rounds.js";
import { summary } from "../support/statistics.js";
import { fill } from "./list-latency.js";
import { oneRun } from "./live-latency.js";

const MOST_TIMES_BY_HAND = 1.15;
const MOST_TIMES_QUIET = 1.5;

/** Nothing of the round before is there, so that each sends all of it. */
const EMPTY = "rm -rf /repository/* /state/repository /state/cache /state/by-hand";

/** What a person would type, in the same container: the same programs, limits and disk. */
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
    title: `a backup of ${rows / 1e6} M rows, and what it costs live readings`,
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
        const live = await latencies(app, inside, report);
        const byHand = Object.values(ratios)[0] ?? Infinity;
        const times = (live.busy.p99?.median ?? Infinity) / (live.quiet.p99?.median ?? 0);
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
            ...renamed(live.quiet, "live readings"),
            ...renamed(live.busy, "live readings during backups"),
          },
          ratios: { ...ratios, "live p99 during backups : without": Math.round(times * 100) / 100 },
          target: verdict(
            `at most ${MOST_TIMES_BY_HAND} × by hand, and live p99 at most ${MOST_TIMES_QUIET} × the quiet one; the larger part of its own`,
            Math.max(byHand / MOST_TIMES_BY_HAND, times / MOST_TIMES_QUIET),
            1,
            "×",
          ),
        };
      });
    },
  };
}

/**
 * Without a backup, and while one is made after the other.
 *
 * @param {ReferenceApp} app
 * @param {(script: string) => Promise<unknown>} inside
 * @param {(line: string) => void} report
 */
async function latencies(app, inside, report) {
  report("1000 readings a second, without a backup");
  const quiet = percentilesOf("1000 readings a second to 50 sockets", [await oneRun(app, 0)]);
  report("1000 readings a second, during backups");
  let isOver = false;
  const backups = (async () => {
    while (!isOver) await inside(`${EMPTY}; backup now`);
  })();
  const busy = percentilesOf("the same, while backups are made one after the other", [await oneRun(app, 1)]);
  isOver = true;
  await backups;
  return { quiet, busy };
}

/**
 * @param {Record<string, import("../support/result.js").Figures>} percentiles
 * @param {string} prefix
 */
const renamed = (percentiles, prefix) =>
  Object.fromEntries(Object.entries(percentiles).map(([name, figures]) => [`${prefix}, ${name}`, figures]));

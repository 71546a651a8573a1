import { Agent, get } from "node:http";
import { withDeployment } from "../support/deployment.js";
import { Latencies, percentilesOf } from "../support/latencies.js";
import { isInterrupted } from "../support/process.js";
import { ReferenceApp } from "../support/reference-app.js";
import { verdict } from "../support/result.js";

const ROWS = [1_000_000, 10_000_000];
const REQUESTS = 2000;
const WARM_UP = 100;
const SENSORS = 200;
/** Rows lie this far apart: ten million of them fill about a year of weekly tables. */
const SECONDS_APART = 3;
const PATH = "/api/mesures?limite=100";
const COMMAND = `GET ${PATH}, ${REQUESTS} times over one connection`;

/** @satisfies {import("../support/measurement.js").Measurement} */
export const listLatency = {
  name: "list-latency",
  title: "the newest 100 readings out of millions, over HTTP",
  runs: 3,
  measure: ({ runs, report }) => {
    // The usual limit of requests a minute would answer most of them.
    const settings = { http: { rateLimitPerMinute: 0 } };
    return withDeployment(["bench-app-list", "compose", 27_120, settings], async (deployment) => {
      const app = new ReferenceApp(deployment);
      /** @type {Record<string, import("../support/result.js").Figures>} */
      const figures = {};
      for (const rows of ROWS) {
        report(`filling the table with ${rows} rows`);
        await fill(app, rows);
        const results = [];
        for (let run = 0; run < runs; run += 1) {
          report(`run ${run + 1} of ${runs}: ${COMMAND}`);
          results.push(await oneRun(app.backendPort));
        }
        Object.assign(figures, percentilesOf(COMMAND, results, `${rows / 1e6} M rows, `));
      }
      const p95 = figures["10 M rows, p95"]?.median ?? Infinity;
      return {
        unit: "ms",
        figures,
        ratios: {},
        target: verdict("p95 of 10 M rows at most 20 ms", p95, 20, "ms"),
      };
    });
  },
};

/**
 * @param {ReferenceApp} app
 * @param {number} rows
 */
export async function fill(app, rows) {
  await app.sql("TRUNCATE readings");
  const moment = `now() - make_interval(secs => n * ${SECONDS_APART})`;
  const weeks = Math.ceil((rows * SECONDS_APART) / (7 * 24 * 3600));
  await app.sql(
    `SET ROLE exploreiot; SELECT ensure_readings_partition((now() AT TIME ZONE 'UTC')::date - n * 7) FROM generate_series(0, ${weeks}) AS n`,
  );
  await app.sql(
    `INSERT INTO readings (sensor, value, time) SELECT 's' || n % ${SENSORS}, n, ${moment} FROM generate_series(1, ${rows}) AS n`,
  );
  await app.sql("VACUUM ANALYZE readings");
  // Else the pages just filled are written to the disk while the answers are timed.
  await app.sql("CHECKPOINT");
}

/** @param {number} port */
async function oneRun(port) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const latencies = new Latencies();
  for (let number = -WARM_UP; number < REQUESTS; number += 1) {
    if (isInterrupted()) throw new Error("interrupted");
    const begin = performance.now();
    await list(port, agent);
    if (number >= 0) latencies.add(performance.now() - begin);
  }
  agent.destroy();
  return latencies;
}

/**
 * @param {number} port
 * @param {Agent} agent
 * @returns {Promise<void>} when the whole answer has been read
 */
function list(port, agent) {
  return new Promise((resolve, reject) => {
    const request = get({ host: "127.0.0.1", port, path: PATH, agent }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${PATH} answered ${response.statusCode}`));
      response.resume().once("end", () => resolve());
    });
    request.once("error", reject);
  });
}

import { setTimeout as delay } from "node:timers/promises";
import { withDeployment } from "../support/deployment.js";
import { publishSteadily, watchCommitted } from "../support/ingest-load.js";
import { ReferenceApp } from "../support/reference-app.js";
import { verdict } from "../support/result.js";
import { summary } from "../support/statistics.js";

const PER_SECOND = 12_000;
const SECONDS = 60;
const PUBLISHERS = 10;
const COMMAND = `${PUBLISHERS} clients publish ${PER_SECOND} readings a second at QoS 1 for ${SECONDS} s`;

/** @satisfies {import("../support/measurement.js").Measurement} */
export const ingestRate = {
  name: "ingest-rate",
  title: "readings committed a second, from loopback clients over MQTT",
  runs: 3,
  measure: ({ runs, report }) =>
    withDeployment(["bench-app-ingest", "compose", 27_110], async (deployment) => {
      const app = new ReferenceApp(deployment);
      const results = [];
      for (let run = 0; run < runs; run += 1) {
        report(`run ${run + 1} of ${runs}: ${COMMAND}`);
        results.push(await oneRun(app));
      }
      const rates = summary(results.map(({ rate }) => rate));
      const peaks = summary(results.map(({ peakMiB }) => peakMiB));
      const figures = {
        committed: { command: COMMAND, ...rates },
        offered: { command: COMMAND, ...summary(results.map(({ offered }) => offered)) },
        "memory of ingest, peak": {
          command: "VmHWM in /proc/PID/status",
          ...peaks,
          unit: /** @type {const} */ ("MiB"),
        },
      };
      const target = verdict("at least 10,000 readings a second, committed", rates.median, 10_000, "/s");
      return { unit: "/s", figures, ratios: {}, target };
    }),
};

/**
 * @param {ReferenceApp} app
 * @throws {Error} when a published reading is not in the table, or twice
 */
async function oneRun(app) {
  await app.sql("TRUNCATE readings, sensors");
  const publishers = await app.publishers(PUBLISHERS);
  const watch = await watchCommitted(await storedCounter(app));
  const begin = performance.now();
  const sent = await publishSteadily(publishers, watch, { perSecond: PER_SECOND, seconds: SECONDS });
  const seconds = (performance.now() - begin) / 1000;
  const committed = await count(app);
  watch.over = true;
  const peakMiB = await peakMemory(app);
  let stored = committed;
  for (let waited = 0; stored < sent && waited < 60; waited += 1, stored = await count(app))
    await delay(1000);
  const acknowledged = publishers.reduce((sum, publisher) => sum + publisher.acknowledged, 0);
  for (const publisher of publishers) publisher.close();
  if (stored !== sent)
    throw new Error(`${sent} were published, ${acknowledged} acknowledged, and ${stored} are stored`);
  return { rate: committed / seconds, offered: sent / seconds, peakMiB };
}

/**
 * By `ingest` itself, which costs less than asking the database.
 *
 * @param {ReferenceApp} app
 */
async function storedCounter(app) {
  const address = `http://${await app.address("ingest")}:8000/metrics`;
  const counter = /exploreiot_readings_stored_total\{source="mqtt"\} (\S+)/;
  return async () => Number(counter.exec(await (await fetch(address)).text())?.[1] ?? 0);
}

/** @param {ReferenceApp} app */
const count = async (app) => Number(await app.sql("SELECT count(*) FROM readings"));

/** @param {ReferenceApp} app */
async function peakMemory(app) {
  const status = await app.processStatus("ingest");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

import { setTimeout as delay } from "node:timers/promises";
import { withDeployment } from "../support/deployment.js";
import { Latencies, percentilesOf } from "../support/latencies.js";
import { openLiveSocket } from "../support/live-sockets.js";
import { isInterrupted } from "../support/process.js";
import { ReferenceApp } from "../support/reference-app.js";
import { verdict } from "../support/result.js";

const PER_SECOND = 1000;
const SOCKETS = 50;
const PUBLISHERS = 5;
const WARM_UP_SECONDS = 3;
const SECONDS = 20;
export const LIVE_COMMAND = `${PER_SECOND} readings a second at QoS 1 to ${SOCKETS} sockets, for ${SECONDS} s`;

/** @satisfies {import("../support/measurement.js").Measurement} */
export const liveLatency = {
  name: "live-latency",
  title: "from the publication over MQTT to the arrival at every socket",
  runs: 3,
  measure: ({ runs, report }) =>
    withDeployment(["bench-app-live", "compose", 27_100], async (deployment) => {
      const app = new ReferenceApp(deployment);
      const results = [];
      for (let run = 0; run < runs; run += 1) {
        report(`run ${run + 1} of ${runs}: ${LIVE_COMMAND}`);
        results.push(await liveRun(app, run));
      }
      const figures = percentilesOf(LIVE_COMMAND, results);
      const target = verdict("p99 at most 50 ms", figures.p99?.median ?? Infinity, 50, "ms");
      return { unit: "ms", figures, ratios: {}, target };
    }),
};

/**
 * @param {ReferenceApp} app
 * @param {number} run
 * @throws {Error} when a reading does not reach every socket
 */
export async function liveRun(app, run) {
  const latencies = new Latencies();
  const total = (WARM_UP_SECONDS + SECONDS) * PER_SECOND;
  const sentAt = new Float64Array(total);
  let arrived = 0;
  const sockets = await Promise.all(
    Array.from({ length: SOCKETS }, () =>
      openLiveSocket(app.backendPort, (text) => {
        const number = Number.parseInt(text.slice(text.indexOf('"valeur":') + 9), 10);
        if (number >= WARM_UP_SECONDS * PER_SECOND) latencies.add(performance.now() - (sentAt[number] ?? 0));
        arrived += 1;
      }),
    ),
  );
  const publishers = await app.publishers(PUBLISHERS);
  await publishSteadily(publishers, sentAt, run);
  for (let waited = 0; arrived < total * SOCKETS && waited < 100; waited += 1) await delay(100);
  for (const end of [...publishers, ...sockets]) end.close();
  if (arrived !== total * SOCKETS) throw new Error(`${arrived} of ${total * SOCKETS} arrived`);
  return latencies;
}

/**
 * At the pace of the clock, no matter how the answers come: a slow service does not slow what measures it.
 *
 * @param {readonly import("../support/mqtt-publisher.js").MqttPublisher[]} publishers
 * @param {Float64Array} sentAt filled in, by number
 * @param {number} run
 */
async function publishSteadily(publishers, sentAt, run) {
  const begin = performance.now();
  for (let next = 0; next < sentAt.length; await delay(1)) {
    if (isInterrupted()) throw new Error("interrupted");
    const due = Math.min(sentAt.length, Math.floor(((performance.now() - begin) * PER_SECOND) / 1000));
    for (; next < due; next += 1) {
      const horodatage = new Date(Date.now() - run).toISOString();
      const payload = `{"valeur":${next},"horodatage":"${horodatage}"}`;
      sentAt[next] = performance.now();
      publishers[next % PUBLISHERS]?.publish([{ topic: `sensor/s${next % 100}`, payload }]);
    }
  }
}

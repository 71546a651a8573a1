import { setTimeout as delay } from "node:timers/promises";
import { withDeployment } from "../support/deployment.js";
import { NumberedDevice } from "../support/numbered-device.js";
import { isInterrupted, run } from "../support/process.js";
import { ReferenceApp } from "../support/reference-app.js";
import { summary } from "../support/statistics.js";

const PER_SECOND = 200;
const SECONDS = 20;
const FAULT_AFTER_MS = 5000;
/** How long a service is away, and how long the first of two is away before the second fault. */
const OUTAGE_MS = 6000;
const SETTLE_LIMIT_MS = 90_000;
const PORT = 24_140;

/**
 * One thing that goes wrong at a time: nothing that was acknowledged may be missing or twice in the table.
 *
 * @type {Readonly<Record<string, (app: ReferenceApp) => Promise<void>>>}
 */
const single = {
  ...Object.fromEntries(
    ["ingest", "postgres", "redis", "mosquitto", "api"].map((role) => [
      `${role} killed`,
      (/** @type {ReferenceApp} */ app) => killed(app, [role], 0),
    ]),
  ),
  ...Object.fromEntries(
    ["ingest", "postgres", "redis", "mosquitto"].map((role) => [
      `${role} away for ${OUTAGE_MS / 1000} s`,
      (/** @type {ReferenceApp} */ app) => killed(app, [role], OUTAGE_MS),
    ]),
  ),
  "ingest frozen": (app) => frozen(app, "ingest"),
  "postgres frozen": (app) => frozen(app, "postgres"),
};

/**
 * Two at once. Where the broker is one of them, it loses what nobody has taken yet and what it has not saved.
 *
 * @type {Readonly<Record<string, (app: ReferenceApp) => Promise<void>>>}
 */
const double = {
  "postgres and ingest killed": (app) => killed(app, ["postgres", "ingest"], OUTAGE_MS),
  "postgres and redis killed": (app) => killed(app, ["postgres", "redis"], OUTAGE_MS),
  "broker killed while ingest is away": (app) => brokerWhile(app, "ingest"),
  "broker killed while postgres is away": (app) => brokerWhile(app, "postgres"),
  "everything killed": (app) => killed(app, ["mosquitto", "ingest", "api", "redis", "postgres"], 0),
};

/** @satisfies {import("../support/measurement.js").Measurement} */
export const noLoss = {
  name: "no-loss",
  title: `readings lost while ${PER_SECOND} a second are published at QoS 1 and something fails`,
  runs: 1,
  measure: ({ runs, report }) =>
    withDeployment(["bench-no-loss", "compose", PORT], async (deployment) => {
      const app = new ReferenceApp(deployment);
      /** @type {Record<string, import("../support/result.js").Figures>} */
      const figures = {};
      let lostBySingle = 0;
      for (const [fault, cause] of Object.entries({ ...single, ...double })) {
        const outcomes = [];
        for (let index = 0; index < runs; index += 1) outcomes.push(await oneRun(app, fault, cause, report));
        if (fault in single) lostBySingle += outcomes.reduce((sum, { lost, twice }) => sum + lost + twice, 0);
        figures[`${fault}: lost`] = {
          command: `${PER_SECOND} readings a second for ${SECONDS} s, ${fault}`,
          ...summary(outcomes.map(({ lost }) => lost)),
          details: {
            acknowledged: summary(outcomes.map(({ acknowledged }) => acknowledged)),
            stored: summary(outcomes.map(({ stored }) => stored)),
            twice: summary(outcomes.map(({ twice }) => twice)),
          },
        };
      }
      return {
        unit: "readings",
        figures,
        ratios: {},
        target: {
          says: "no acknowledged reading lost or twice when one thing fails",
          measured: lostBySingle,
          limit: 0,
          unit: "readings",
          met: lostBySingle === 0,
        },
      };
    }),
};

/**
 * @param {ReferenceApp} app
 * @param {string} fault
 * @param {(app: ReferenceApp) => Promise<void>} cause
 * @param {(line: string) => void} report
 */
async function oneRun(app, fault, cause, report) {
  if (isInterrupted()) throw new Error("interrupted");
  const sensor = `n${Date.now()}`;
  const device = await app.numberedDevice(sensor);
  await Promise.all([
    device.publish(sensor, PER_SECOND, SECONDS),
    delay(FAULT_AFTER_MS).then(() => cause(app)),
  ]);
  const stored = await settled(app, sensor, device);
  await device.close();
  const lost = [...device.acknowledged].filter((number) => !stored.different.has(number)).length;
  const outcome = {
    acknowledged: device.acknowledged.size,
    stored: stored.rows,
    twice: stored.rows - stored.different.size,
    lost,
  };
  report(`${fault}: ${JSON.stringify({ sent: device.sent, ...outcome })}`);
  return outcome;
}

/**
 * Waits until all that was sent is acknowledged and stored, or nothing has changed for ten seconds.
 *
 * @param {ReferenceApp} app
 * @param {string} sensor
 * @param {NumberedDevice} device
 */
async function settled(app, sensor, device) {
  const begin = performance.now();
  let lastChange = begin;
  let before = -1;
  for (;;) {
    const numbers = await storedNumbers(app, sensor).catch(() => []);
    const now = performance.now();
    const progress = numbers.length + device.acknowledged.size;
    if (progress !== before) lastChange = now;
    before = progress;
    const complete = numbers.length >= device.sent && device.acknowledged.size >= device.sent;
    if (complete || now - lastChange > 10_000 || now - begin > SETTLE_LIMIT_MS)
      return { rows: numbers.length, different: new Set(numbers) };
    await delay(500);
  }
}

/**
 * @param {ReferenceApp} app
 * @param {string} sensor
 */
async function storedNumbers(app, sensor) {
  const rows = await app.sql(`SELECT value::int FROM readings WHERE sensor = '${sensor}'`);
  return rows.split("\n").filter(Boolean).map(Number);
}

/**
 * @param {ReferenceApp} app
 * @param {readonly string[]} roles
 * @param {number} awayMs until they are started again, which after `docker kill` is up to the operator
 */
async function killed(app, roles, awayMs) {
  await run(["docker", "kill", ...roles.map((role) => app.container(role))]);
  await delay(awayMs);
  await run(["docker", "start", ...roles.toReversed().map((role) => app.container(role))]);
}

/**
 * @param {ReferenceApp} app
 * @param {string} role
 */
async function frozen(app, role) {
  await run(["docker", "pause", app.container(role)]);
  await delay(OUTAGE_MS);
  await run(["docker", "unpause", app.container(role)]);
}

/**
 * @param {ReferenceApp} app
 * @param {string} role that is away when the broker is killed, and comes back after it
 */
async function brokerWhile(app, role) {
  await run(["docker", "kill", app.container(role)]);
  await delay(OUTAGE_MS);
  await killed(app, ["mosquitto"], 0);
  await run(["docker", "start", app.container(role)]);
}

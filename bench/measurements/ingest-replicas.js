import { setTimeout as delay } from "node:timers/promises";
import { withDeployment } from "../support/deployment.js";
import { publishSteadily, watchCommitted } from "../support/ingest-load.js";
import { run } from "../support/process.js";
import { ReferenceApp } from "../support/reference-app.js";
import { verdict } from "../support/result.js";
import { summary } from "../support/statistics.js";
import { builtTelegraf, Telegraf } from "../support/telegraf.js";

const REPLICAS = [1, 2, 4];
const PUBLISHERS = 10;
const PORT = 27_120;
/** More than any of them takes: the clients wait for what is committed. */
const RATE = { perSecond: 20_000, seconds: 30 };
/** Readings that the slower way of Telegraf does not take wait in the broker. */
const KILL = { perSecond: 2000, seconds: 15 };
const KILLED_AFTER_MS = 5000;
const QUIET_MS = 15_000;

/** @param {import("../support/ingest-load.js").Load} load */
const says = ({ perSecond, seconds }) =>
  `${PUBLISHERS} clients publish up to ${perSecond} readings a second at QoS 1 for ${seconds} s`;

/**
 * @typedef {object} Contestant
 * @property {string} name
 * @property {readonly string[]} clients ids of its sessions at the broker
 * @property {string} killed its container, or the first of them
 * @property {() => Promise<void>} start
 * @property {() => Promise<void>} stop
 *
 * @typedef {{ rate: number, missing: number, afterKill: number }} Outcome
 */

/** @satisfies {import("../support/measurement.js").Measurement} */
export const ingestReplicas = {
  name: "ingest-replicas",
  title: "readings committed a second by 1, 2 and 4 replicas of ingest, and lost by a kill, next to Telegraf",
  runs: 1,
  async measure({ runs, report }) {
    await builtTelegraf(report);
    /** @type {Map<string, Outcome[]>} */
    const outcomes = new Map();
    for (const replicas of REPLICAS)
      await withDeployment(["bench-replicas", "compose", PORT, settings(replicas)], async (deployment) => {
        const app = new ReferenceApp(deployment);
        const all = [ingest(app, replicas), ...(replicas === 1 ? rivals(app) : [])];
        await stopIngest(app, replicas);
        for (let index = 0; index < runs; index += 1)
          for (const contestant of index % 2 === 0 ? all : all.toReversed()) {
            report(`run ${index + 1} of ${runs}: ${contestant.name}`);
            const outcome = await oneRun(app, contestant);
            report(`${contestant.name}: ${JSON.stringify(outcome)}`);
            outcomes.set(contestant.name, [...(outcomes.get(contestant.name) ?? []), outcome]);
          }
      });
    return resultOf(outcomes);
  },
};

/** @param {number} replicas */
const roles = (replicas) =>
  replicas === 1 ? ["ingest"] : Array.from({ length: replicas }, (_, index) => `ingest-${index + 1}`);

/**
 * @param {ReferenceApp} app
 * @param {number} replicas
 * @returns {Contestant}
 */
function ingest(app, replicas) {
  const containers = roles(replicas).map((role) => app.container(role));
  return {
    name: `ingest, ${replicas} ${replicas === 1 ? "replica" : "replicas"}`,
    clients: roles(replicas).map((role) => `backend:${app.name}-${role}`),
    killed: app.container(roles(replicas)[0] ?? ""),
    start: async () => void (await run(["docker", "start", ...containers])),
    stop: async () => void (await run(["docker", "stop", ...containers])),
  };
}

/**
 * @param {ReferenceApp} app
 * @returns {readonly Contestant[]}
 */
const rivals = (app) =>
  /** @type {const} */ (["after the write", "at the arrival"]).map((way) => {
    const telegraf = new Telegraf(app, way);
    return {
      name: `Telegraf, acknowledges ${way}`,
      clients: [telegraf.client],
      killed: telegraf.container,
      start: () => telegraf.start(),
      stop: () => telegraf.remove(),
    };
  });

/**
 * From here on each contestant is alone with the broker and the table.
 *
 * @param {ReferenceApp} app
 * @param {number} replicas
 */
async function stopIngest(app, replicas) {
  const { clients, stop } = ingest(app, replicas);
  await stop();
  await app.endSessions(clients);
}

/** @param {number} replicas */
function settings(replicas) {
  const runs = (/** @type {string} */ role) => ({ command: ["python", "-m", "exploreiot", role] });
  return {
    backend: {
      roles: [
        { name: "api", publish: true, ...runs("api") },
        { name: "ingest", replicas, ...runs("ingest") },
      ],
    },
    // For the connections of four replicas and Telegraf.
    postgres: { limits: { memoryMiB: 512 } },
  };
}

/**
 * @param {ReferenceApp} app
 * @param {Contestant} contestant
 * @returns {Promise<Outcome>}
 */
async function oneRun(app, { clients, killed, start, stop }) {
  await start();
  try {
    await listening(app);
    const { sent, committed, seconds, stored } = await published(app, RATE);
    const second = await published(app, KILL, async () => {
      await delay(KILLED_AFTER_MS);
      await run(["docker", "kill", killed]);
      await run(["docker", "start", killed]);
    });
    return { rate: committed / seconds, missing: sent - stored, afterKill: second.sent - second.stored };
  } finally {
    await stop();
    await app.endSessions(clients);
  }
}

/**
 * Waits until what is published is stored.
 *
 * @param {ReferenceApp} app
 */
async function listening(app) {
  const [publisher] = await app.publishers(1);
  await app.sql("TRUNCATE readings, sensors");
  for (let tries = 0; (await count(app)) === 0; tries += 1) {
    if (tries === 60) throw new Error("nothing is stored within 60 s");
    publisher?.publish([{ topic: "sensor/first", payload: first(tries) }]);
    await delay(1000);
  }
  publisher?.close();
}

/**
 * @param {ReferenceApp} app
 * @param {import("../support/ingest-load.js").Load} load
 * @param {() => Promise<void>} [meanwhile]
 */
async function published(app, load, meanwhile = async () => undefined) {
  await app.sql("TRUNCATE readings, sensors");
  const publishers = await app.publishers(PUBLISHERS);
  const watch = await watchCommitted(() => inserted(app));
  const begin = performance.now();
  const [sent] = await Promise.all([publishSteadily(publishers, watch, load), meanwhile()]);
  const seconds = (performance.now() - begin) / 1000;
  const committed = await count(app);
  watch.over = true;
  const stored = await settled(app, sent);
  for (const publisher of publishers) publisher.close();
  return { sent, committed, seconds, stored };
}

/**
 * By the statistics of the server, which cost less than counting: rows that were rolled back are among them, and tell
 * publishing to go on as well.
 *
 * @param {ReferenceApp} app
 */
const inserted = async (app) =>
  Number(
    await app.sql(
      "SELECT coalesce(sum(n_tup_ins), 0) FROM pg_stat_user_tables WHERE relname LIKE 'readings_w%'",
    ),
  );

/** @param {number} value */
const first = (value) =>
  JSON.stringify({ capteur: "first", valeur: value, horodatage: new Date().toISOString() });

/** @param {ReferenceApp} app */
const count = async (app) => Number(await app.sql("SELECT count(*) FROM readings"));

/**
 * Waits until all are there, or no more come.
 *
 * @param {ReferenceApp} app
 * @param {number} sent
 */
async function settled(app, sent) {
  let stored = await count(app);
  for (let since = performance.now(); stored < sent && performance.now() - since < QUIET_MS; ) {
    await delay(500);
    const now = await count(app);
    if (now > stored) since = performance.now();
    stored = now;
  }
  return stored;
}

/**
 * @param {ReadonlyMap<string, readonly Outcome[]>} outcomes
 * @returns {import("../support/result.js").Result}
 */
function resultOf(outcomes) {
  const rates = Object.fromEntries(
    [...outcomes].map(([name, all]) => [
      name,
      {
        command: says(RATE),
        ...summary(all.map(({ rate }) => rate)),
      },
    ]),
  );
  const losses = Object.fromEntries(
    [...outcomes].map(([name, all]) => [
      `${name}: missing after kill -9 and a start`,
      {
        command: `${says(KILL)}; docker kill after ${KILLED_AFTER_MS / 1000} s`,
        ...summary(all.map(({ afterKill }) => afterKill)),
        unit: /** @type {const} */ ("readings"),
        details: { "missing without a kill": summary(all.map(({ missing }) => missing)) },
      },
    ]),
  );
  const [own = Number.NaN, safe = Number.NaN, fast = Number.NaN] = Object.values(rates).map(
    ({ median }) => median,
  );
  const ratio = (/** @type {number} */ rival) => Math.round((own / rival) * 100) / 100;
  return {
    unit: "/s",
    figures: { ...rates, ...losses },
    ratios: {
      "one ingest : Telegraf that acknowledges after the write": ratio(safe),
      "one ingest : Telegraf that acknowledges at the arrival": ratio(fast),
    },
    target: verdict("at least the faster rate of Telegraf, by one ingest", own, Math.max(safe, fast), "/s"),
  };
}

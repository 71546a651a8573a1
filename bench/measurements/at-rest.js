import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { withDeployment } from "../support/deployment.js";
import { describeMachine } from "../support/machine.js";
import { Skipped } from "../support/measurement.js";
import { run } from "../support/process.js";
import { rest } from "../support/rest.js";
import { verdict } from "../support/result.js";
import { summary } from "../support/statistics.js";

/** Until first probes, first connections and the compiling of first requests are over. */
const SETTLE_SECONDS = 90;
/** As long as one exec asks (core/probe-command.ts): else a window has the execs of all services or of none. */
const WINDOW_SECONDS = 300;

/** Of the kernel's times in /proc. */
const TICKS_PER_SECOND = 100;

/** The first engine that probes often at a start and seldom later (`start_interval`). */
const FIRST_WITH_START_INTERVAL = 25;

/** @satisfies {import("../support/measurement.js").Measurement} */
export const atRest = {
  name: "at-rest",
  title: "processor time of containers and engine of the local stack at rest, on an engine before 25",
  runs: 1,
  measure: (context) => measured(context, false),
};

/** @satisfies {import("../support/measurement.js").Measurement} */
export const atRestNew = {
  name: "at-rest-25",
  title: "processor time of containers and engine of the local stack at rest, on Engine 25 or newer",
  runs: 1,
  measure: (context) => measured(context, true),
};

/**
 * @param {import("../support/measurement.js").Context} context
 * @param {boolean} isNew which engines are meant
 * @returns {Promise<import("../support/result.js").Result>}
 */
async function measured({ runs, report }, isNew) {
  const { dockerEngine } = await describeMachine();
  if (Number.parseInt(dockerEngine, 10) >= FIRST_WITH_START_INTERVAL !== isNew)
    throw new Skipped(`the engine is ${dockerEngine}; DOCKER_HOST names another one`);
  return withDeployment(["bench-at-rest", "compose", 24_060], async (deployment) => {
    report(`resting for ${SETTLE_SECONDS} s`);
    await rest(SETTLE_SECONDS);
    const running = (await deployment.containers()).filter(({ State }) => State.Running);
    const ids = running.map(({ Id }) => Id);
    const engine = enginePids(running[0]?.State.Pid ?? 0);
    report(`the engine: ${engine.map(nameOf).sort().join(", ")}`);
    /** @type {{ containers: number, engine: number }[]} */
    const shares = [];
    for (let round = 0; round < runs; round += 1) {
      report(`round ${round + 1} of ${runs}: ${WINDOW_SECONDS} s`);
      shares.push(await shareOf(ids, engine));
    }
    const of = (/** @type {(share: { containers: number, engine: number }) => number} */ part) =>
      summary(shares.map(part));
    const whole = of(({ containers, engine }) => containers + engine);
    const limit = isNew ? 3 : 8;
    return {
      unit: /** @type {const} */ ("%"),
      figures: {
        "containers and engine": {
          command: `${deployment.upCommand}, ${SETTLE_SECONDS} s later`,
          ...whole,
        },
        "containers alone": {
          command: "their cgroups, by the engine's API",
          ...of(({ containers }) => containers),
        },
        "engine alone": {
          command: "dockerd, containerd, shims and what they ran",
          ...of(({ engine }) => engine),
        },
      },
      ratios: {},
      target: verdict(`at most ${limit} % of one core`, whole.median, limit, "%"),
    };
  });
}

/**
 * Shares of one core over a while, in percent.
 *
 * @param {readonly string[]} ids of containers
 * @param {readonly string[]} engine pids
 */
async function shareOf(ids, engine) {
  const begin = process.hrtime.bigint();
  const before = { containers: await containerSeconds(ids), engine: secondsOf(engine) };
  await rest(WINDOW_SECONDS);
  const after = { containers: await containerSeconds(ids), engine: secondsOf(engine) };
  const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
  return {
    containers: (100 * (after.containers - before.containers)) / seconds,
    engine: (100 * (after.engine - before.engine)) / seconds,
  };
}

/** @param {readonly string[]} ids */
async function containerSeconds(ids) {
  const { stdout } = await run(["docker", "version", "--format", "{{.Server.APIVersion}}"]);
  const socket = (process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock").replace(/^unix:\/\//, "");
  const base = ["curl", "--silent", "--fail", "--unix-socket", socket];
  const urls = ids.map(
    (id) => `http://engine/v${stdout.trim()}/containers/${id}/stats?stream=false&one-shot=true`,
  );
  const answers = await Promise.all(urls.map((url) => run([...base, url])));
  const nanoseconds = answers.map(({ stdout: text }) => JSON.parse(text).cpu_stats.cpu_usage.total_usage);
  return nanoseconds.reduce((sum, value) => sum + value, 0) / 1e9;
}

/**
 * With the time of processes that have ended: a probe is one of those.
 *
 * @param {readonly string[]} pids
 */
function secondsOf(pids) {
  const ticks = pids.flatMap((pid) => {
    const fields = statOf(pid)?.split(") ")[1]?.split(" ") ?? [];
    return fields.slice(11, 15).map(Number);
  });
  return ticks.reduce((sum, value) => sum + value, 0) / TICKS_PER_SECOND;
}

/**
 * The processes of the engine that runs a container. Several engines on a machine are told apart by the folder in which each has the
 * socket of its containerd, which a container's shim is started with.
 *
 * @param {number} pid of a container's first process
 * @throws {Skipped} where it cannot be told
 */
function enginePids(pid) {
  const named = readdirSync("/proc").filter(
    (name) =>
      /^\d+$/.test(name) && /^(dockerd|containerd|containerd-shim.*|docker-proxy)$/.test(nameOf(name)),
  );
  const daemons = named.filter((one) => nameOf(one) === "dockerd");
  if (daemons.length === 1) return named;
  const address = /-address\0([^\0]+)/.exec(commandOf(parentOf(String(pid))))?.[1];
  if (address === undefined) throw new Skipped("several engines run here, and cannot be told apart");
  const mine = named.filter((one) => commandOf(one).includes(dirname(address)));
  // A managed containerd is named by no argument of its daemon, which is its parent.
  const parents = new Set([...mine, ...mine.map(parentOf).filter((one) => named.includes(one))]);
  return named.filter((one) => parents.has(one) || parents.has(parentOf(one)));
}

/** @param {string} pid */
const nameOf = (pid) => /\((.*)\)/.exec(statOf(pid) ?? "")?.[1] ?? "";

/** @param {string} pid */
const parentOf = (pid) => statOf(pid)?.split(") ")[1]?.split(" ")[1] ?? "";

/** Words that end in a null character. @param {string} pid */
function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    // It has ended meanwhile.
    return "";
  }
}

/** @param {string} pid */
function statOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

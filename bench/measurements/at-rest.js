import { readdirSync, readFileSync } from "node:fs";
import { withDeployment } from "../support/deployment.js";
import { describeMachine } from "../support/machine.js";
import { Skipped } from "../support/measurement.js";
import { run } from "../support/process.js";
import { rest } from "../support/rest.js";
import { verdict } from "../support/result.js";
import { summary } from "../support/statistics.js";

/** Until first probes, first connections and the compiling of first requests are over. */
const SETTLE_SECONDS = 90;
const WINDOW_SECONDS = 60;

/** Of the kernel's times in /proc. */
const TICKS_PER_SECOND = 100;

/** The first engine that probes often at a start and seldom later (`start_interval`). */
const FIRST_WITH_START_INTERVAL = 25;

/** @satisfies {import("../support/measurement.js").Measurement} */
export const atRest = {
  name: "at-rest",
  title: "processor time of containers and engine of the local stack at rest",
  runs: 3,
  measure: async ({ runs, report }) => {
    const { dockerEngine } = await describeMachine();
    const isNew = Number.parseInt(dockerEngine, 10) >= FIRST_WITH_START_INTERVAL;
    enginePids();
    return withDeployment(["bench-at-rest", "compose", 24_060], async (deployment) => {
      report(`resting for ${SETTLE_SECONDS} s`);
      await rest(SETTLE_SECONDS);
      const ids = (await deployment.containers()).filter(({ State }) => State.Running).map(({ Id }) => Id);
      /** @type {{ containers: number, engine: number }[]} */
      const shares = [];
      for (let round = 0; round < runs; round += 1) {
        report(`round ${round + 1} of ${runs}: ${WINDOW_SECONDS} s`);
        shares.push(await shareOf(ids));
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
        target: verdict(
          `at most ${limit} % of one core on this engine (${isNew ? "3 from 25 on" : "8 before 25"})`,
          whole.median,
          limit,
          "%",
        ),
      };
    });
  },
};

/**
 * Shares of one core over a while, in percent.
 *
 * @param {readonly string[]} ids
 */
async function shareOf(ids) {
  const begin = process.hrtime.bigint();
  const before = { containers: await containerSeconds(ids), engine: engineSeconds() };
  await rest(WINDOW_SECONDS);
  const after = { containers: await containerSeconds(ids), engine: engineSeconds() };
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

/** With the time of processes that have ended: a probe is one of those. */
function engineSeconds() {
  const ticks = enginePids().flatMap((pid) => {
    const fields = statOf(pid)?.split(") ")[1]?.split(" ") ?? [];
    return fields.slice(11, 15).map(Number);
  });
  return ticks.reduce((sum, value) => sum + value, 0) / TICKS_PER_SECOND;
}

/**
 * @throws {Skipped} where processes of several engines could not be told apart
 */
function enginePids() {
  const named = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const [, name = ""] = /\((.*)\)/.exec(statOf(pid) ?? "") ?? [];
      return [{ pid, name }];
    });
  if (named.filter(({ name }) => name === "dockerd").length > 1)
    throw new Skipped("more than one engine runs here");
  return named
    .filter(({ name }) => /^(dockerd|containerd|containerd-shim.*|docker-proxy)$/.test(name))
    .map(({ pid }) => pid);
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

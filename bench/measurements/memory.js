import { withDeployment } from "../support/deployment.js";
import { run } from "../support/process.js";
import { rest } from "../support/rest.js";
import { verdict } from "../support/result.js";
import { summary } from "../support/statistics.js";

/** @typedef {import("../support/deployment.js").BenchDeployment} BenchDeployment */

const REST_SECONDS = 60;
const PAUSE_SECONDS = 5;
const COMMAND = "docker stats --no-stream";

/** @satisfies {import("../support/measurement.js").Measurement} */
export const memory = {
  name: "memory",
  title: "memory of the whole stack at rest",
  runs: 3,
  measure: ({ runs, report }) =>
    withDeployment(["bench-memory", "compose", 24_040], async (deployment) => {
      report(`resting for ${REST_SECONDS} s`);
      await rest(REST_SECONDS);
      const readings = await read(deployment, runs);
      const whole = summary(readings.map((reading) => [...reading.values()].reduce((a, b) => a + b, 0)));
      const figures = {
        "whole stack": { command: COMMAND, ...whole },
        ...perContainer(deployment.name, readings),
      };
      const target = verdict("at most 600 MiB", whole.median, 600, "MiB");
      return { unit: "MiB", figures, ratios: {}, target };
    }),
};

/**
 * @param {BenchDeployment} deployment
 * @param {number} times
 */
async function read(deployment, times) {
  const running = (await deployment.containers()).filter(({ State }) => State.Running);
  const ids = running.map(({ Id }) => Id);
  const readings = [];
  for (let reading = 0; reading < times; reading += 1) {
    if (reading > 0) await rest(PAUSE_SECONDS);
    const { stdout } = await run([...COMMAND.split(" "), "--format", "{{json .}}", ...ids]);
    const lines = stdout.split("\n").filter(Boolean);
    readings.push(new Map(lines.map((line) => used(JSON.parse(line)))));
  }
  return readings;
}

/** @param {{ Name: string, MemUsage: string }} line such as `12.5MiB / 256MiB` @returns {[string, number]} */
function used({ Name, MemUsage }) {
  const [, amount, unit = ""] = /^([\d.]+)([A-Za-z]+) \//.exec(MemUsage) ?? [];
  const bytes = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }[unit];
  if (bytes === undefined) throw new Error(`docker stats of ${Name}: cannot read ${MemUsage}`);
  return [Name, (Number(amount) * bytes) / 2 ** 20];
}

/**
 * @param {string} deployment
 * @param {readonly ReadonlyMap<string, number>[]} readings
 */
function perContainer(deployment, readings) {
  const names = [...(readings[0]?.keys() ?? [])].sort();
  return Object.fromEntries(
    names.map((name) => [
      name.replace(`exploreiot-${deployment}-`, ""),
      { command: COMMAND, ...summary(readings.map((reading) => reading.get(name) ?? 0)) },
    ]),
  );
}

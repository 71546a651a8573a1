import { run } from "../support/process.js";
import { ratiosOf } from "../support/result.js";
import { inTurn } from "../support/rounds.js";
import { summary } from "../support/statistics.js";
import { readWrk, withTlsStack, wrkCommand } from "../support/tls-stack.js";

const PORT = 24_100;
const SECONDS = 10;
const TARGET = 0.8;

/** @satisfies {import("../support/measurement.js").Measurement} */
export const edgeThroughput = {
  name: "edge-throughput",
  title: "requests a second over HTTPS through the edge, next to the backend without it (wrk, keep-alive)",
  runs: 5,
  measure: ({ runs, report }) =>
    withTlsStack("bench-edge", PORT, {}, async () => {
      const rivals = [
        rival("HTTPS through the edge", `https://localhost:${PORT + 3}`),
        rival("HTTP to the backend", `http://localhost:${PORT + 1}`),
      ];
      for (const { run: warmUp } of rivals) await warmUp();
      const results = await inTurn(rivals, runs, report);
      const figures = Object.fromEntries(
        rivals.map(({ name, command }) => [name, { command, ...summary(results.get(name) ?? []) }]),
      );
      const ratios = ratiosOf(figures);
      const measured = Object.values(ratios)[0] ?? Number.NaN;
      const says = `at least ${TARGET} × the requests a second of the backend alone`;
      return {
        unit: "/s",
        figures,
        ratios,
        target: { says, measured, limit: TARGET, unit: "×", met: measured >= TARGET },
      };
    }),
};

/**
 * @param {string} name
 * @param {string} origin
 * @returns {import("../support/rounds.js").Rival<number>}
 */
function rival(name, origin) {
  const argv = wrkCommand(origin, SECONDS);
  return {
    name,
    command: argv.join(" "),
    run: async () => {
      const { perSecond, lost } = readWrk((await run(argv)).stdout);
      if (lost > 0) throw new Error(`${argv.join(" ")}: ${lost} requests failed`);
      return perSecond;
    },
  };
}

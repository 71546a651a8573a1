import { readFileSync } from "node:fs";
import { join } from "node:path";
import { withDeployment } from "./deployment.js";
import { root, run } from "./process.js";

/** @typedef {import("./deployment.js").BenchDeployment} BenchDeployment */

/**
 * A stack with every listener open, in clear text and over TLS, without a limit on requests.
 *
 * @template T
 * @param {string} name
 * @param {number} port the first of five
 * @param {object} settings of the site file, next to those
 * @param {(deployment: BenchDeployment) => Promise<T>} measure
 */
export const withTlsStack = (name, port, settings, measure) =>
  withDeployment(
    [
      name,
      "compose",
      port,
      {
        listeners: {
          frontend: { port },
          backend: { port: port + 1 },
          mqtt: { port: port + 2 },
          https: { port: port + 3 },
          mqtts: { port: port + 4 },
        },
        http: { rateLimitPerMinute: 0 },
        ...settings,
      },
    ],
    measure,
  );

/** @param {BenchDeployment} deployment */
export const certificateAuthority = ({ name }) =>
  readFileSync(join(root, ".exploreiot", name, "pki", "authority", "ca.crt"), "utf8");

/**
 * @param {string} name of a container
 * @param {string} format a Go template
 */
export const inspected = async (name, format) =>
  (await run(["docker", "inspect", "--format", format, name])).stdout.trim();

/**
 * MiB that a container uses.
 *
 * @param {string} container
 */
export async function memoryOf(container) {
  const { stdout } = await run(["docker", "stats", "--no-stream", "--format", "{{.MemUsage}}", container]);
  const [, amount, unit = ""] = /^([\d.]+)([A-Za-z]+) \//.exec(stdout) ?? [];
  return Number(amount) * ({ KiB: 2 ** -10, MiB: 1, GiB: 2 ** 10 }[unit] ?? Number.NaN);
}

/**
 * Asks for the list of readings over and over, on connections that stay open.
 *
 * @param {string} origin
 * @param {number} seconds
 */
export const wrkCommand = (origin, seconds) => [
  ...["wrk", "--threads", "1", "--connections", "32", "--duration", `${seconds}s`, "--timeout", "60s"],
  `${origin}/api/mesures?limite=1`,
];

/**
 * The last lines of wrk.
 *
 * @param {string} text
 */
export function readWrk(text) {
  const number = (/** @type {RegExp} */ form) => Number(form.exec(text)?.[1] ?? 0);
  const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text) ?? [];
  const broken = errors.slice(1).reduce((sum, count) => sum + Number(count), 0);
  return {
    perSecond: number(/Requests\/sec:\s+([\d.]+)/),
    requests: number(/(\d+) requests in/),
    lost: broken + number(/Non-2xx or 3xx responses: (\d+)/),
  };
}

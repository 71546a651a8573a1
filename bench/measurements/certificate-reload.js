import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { connect } from "node:tls";
import { isInterrupted, root, run } from "../support/process.js";
import { summary } from "../support/statistics.js";
import { readWrk, withTlsStack, wrkCommand } from "../support/tls-stack.js";

/** @typedef {import("../support/deployment.js").BenchDeployment} BenchDeployment */

const PORT = 24_120;
const SECONDS = 40;

/** @satisfies {import("../support/measurement.js").Measurement} */
export const certificateReload = {
  name: "certificate-reload",
  title: "requests over HTTPS while a new certificate is delivered and taken",
  runs: 3,
  measure: ({ runs, report }) =>
    withTlsStack("bench-reload", PORT, {}, async (deployment) => {
      const argv = wrkCommand(`https://localhost:${PORT + 3}`, SECONDS);
      const rounds = [];
      for (let round = 0; round < runs; round += 1) {
        report(`round ${round + 1} of ${runs}`);
        const load = run(argv);
        const taken = await renewed(deployment);
        const { requests, perSecond, lost } = readWrk((await load).stdout);
        if (taken > SECONDS * 1000) throw new Error("the new certificate was not served during the load");
        report(`${requests} requests, ${lost} lost, the new certificate after ${Math.round(taken)} ms`);
        rounds.push({ taken, perSecond, lost });
      }
      const lost = rounds.reduce((sum, round) => sum + round.lost, 0);
      return {
        unit: "ms",
        figures: {
          "up until the new serial": {
            command: deployment.upCommand,
            ...summary(rounds.map(({ taken }) => taken)),
            details: { "requests/s meanwhile": summary(rounds.map(({ perSecond }) => perSecond)) },
          },
        },
        ratios: {},
        target: { says: "no request lost", measured: lost, limit: 0, unit: "requests", met: lost === 0 },
      };
    }),
};

/**
 * Makes a new pair and delivers it.
 *
 * @param {BenchDeployment} deployment
 * @returns {Promise<number>} milliseconds until it is served
 */
async function renewed(deployment) {
  const before = await serial();
  const start = performance.now();
  rmSync(join(root, ".exploreiot", deployment.name, "pki", "current"));
  await deployment.up();
  while ((await serial()) === before) {
    if (isInterrupted()) throw new Error("interrupted");
    await delay(200);
  }
  return performance.now() - start;
}

/** @returns {Promise<string>} of the certificate that is served */
function serial() {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port: PORT + 3, servername: "localhost", rejectUnauthorized: false };
    const socket = connect(options, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.once("error", reject);
  });
}

import { setTimeout as delay } from "node:timers/promises";
import { withDeployment } from "../support/deployment.js";
import { isInterrupted, run } from "../support/process.js";
import { ReferenceApp } from "../support/reference-app.js";
import { verdict } from "../support/result.js";
import { summary } from "../support/statistics.js";

const LIMIT_SECONDS = 30;
/** The address that tells whether a role is ready, asked from outside its container. */
const READY = { api: ":8000/readyz", ingest: ":8000/readyz", frontend: ":3000/healthz" };
const LARGEST_MIB = { api: 200, frontend: 250 };

/** @satisfies {import("../support/measurement.js").Measurement} */
export const applicationReady = {
  name: "application-ready",
  title: "from the start of a container of the application until it is ready",
  runs: 5,
  measure: ({ runs, report }) =>
    withDeployment(["bench-app-ready", "compose", 27_130], async (deployment) => {
      const app = new ReferenceApp(deployment);
      /** @type {Record<string, import("../support/result.js").Figures>} */
      const figures = {};
      for (const role of /** @type {const} */ (["api", "ingest", "frontend"])) {
        report(`${runs} starts of ${role}`);
        const times = [];
        for (let start = 0; start < runs; start += 1) times.push(await untilReady(app, role));
        figures[role] = { command: `docker start, then GET http://…${READY[role]}`, ...summary(times) };
      }
      const slowest = Math.max(...Object.values(figures).map(({ median }) => median));
      return { unit: "ms", figures, ratios: {}, target: verdict("each at most 3 s", slowest, 3000, "ms") };
    }),
};

/** @satisfies {import("../support/measurement.js").Measurement} */
export const applicationImages = {
  name: "application-images",
  title: "size of the application's images, built from packages",
  runs: 1,
  measure: () =>
    withDeployment(["bench-app-image", "compose", 27_140], async (deployment) => {
      const app = new ReferenceApp(deployment);
      /** @type {Record<string, import("../support/result.js").Figures>} */
      const figures = {};
      for (const role of /** @type {const} */ (["api", "frontend"])) {
        const image = (await inspect("container", "{{.Image}}", app.container(role))).trim();
        const bytes = Number(await inspect("image", "{{.Size}}", image));
        figures[role === "api" ? "backend" : role] = {
          command: "docker image inspect",
          ...summary([bytes / 2 ** 20]),
        };
      }
      const over = Math.max(
        (figures.backend?.median ?? 0) / LARGEST_MIB.api,
        (figures.frontend?.median ?? 0) / LARGEST_MIB.frontend,
      );
      const says = `backend at most ${LARGEST_MIB.api} MiB, frontend at most ${LARGEST_MIB.frontend} MiB`;
      return {
        unit: "MiB",
        figures,
        ratios: {},
        target: verdict(`${says}; the larger part of its own`, over, 1, "×"),
      };
    }),
};

/**
 * @param {ReferenceApp} app
 * @param {keyof typeof READY} role
 * @returns {Promise<number>} milliseconds
 */
async function untilReady(app, role) {
  await run(["docker", "stop", app.container(role)]);
  const begin = performance.now();
  await run(["docker", "start", app.container(role)]);
  const url = `http://${await app.address(role)}${READY[role]}`;
  while (!(await answers(url))) {
    if (isInterrupted()) throw new Error("interrupted");
    if (performance.now() - begin > LIMIT_SECONDS * 1000) throw new Error(`${role} is not ready`);
    await delay(10);
  }
  return performance.now() - begin;
}

/** @param {string} url */
const answers = (url) =>
  fetch(url, { signal: AbortSignal.timeout(2000) }).then(
    ({ ok }) => ok,
    () => false,
  );

/**
 * @param {"container" | "image"} kind
 * @param {string} format
 * @param {string} name
 */
const inspect = async (kind, format, name) =>
  (await run(["docker", kind, "inspect", "--format", format, name])).stdout;

import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Skipped } from "../support/measurement.js";
import { run } from "../support/process.js";
import { ratiosOf, timesOf, verdict } from "../support/result.js";
import { inTurn } from "../support/rounds.js";

const KIT = "exploreiot-policies";
const CHECKOV = "checkov";
const SERVICES = 10;

/** At most half a second from the start of a process, and this share of Checkov's time. */
const MOST_MS = 500;
const LEAST_TIMES = 40;

/** The checker alone next to Checkov on a compose file, both as whole processes. */
export const policiesCheckov = {
  name: "policies-checkov",
  title: `exploreiot-policies next to Checkov, a compose file of ${SERVICES} services, process start included`,
  runs: 3,

  /** @type {import("../support/measurement.js").Measurement["measure"]} */
  async measure({ runs, report }) {
    const workspace = mkdtempSync(join(tmpdir(), "exploreiot-bench-"));
    try {
      await run(["node", "checker/build.js"]);
      report("installing Checkov from PyPI");
      const checkov = await install(workspace);
      const file = join(workspace, "compose.yaml");
      writeFileSync(file, composeFile());
      const rivals = [
        rival(
          KIT,
          ["node", "checker/dist/exploreiot-policies.js", file, "--json"],
          "exploreiot-policies FILE --json",
        ),
        rival(
          CHECKOV,
          [checkov, "-f", file, "-o", "json", "--skip-download"],
          "checkov -f FILE -o json --skip-download",
        ),
      ];
      const figures = timesOf(rivals, await inTurn(rivals, runs, report));
      const ratios = ratiosOf(figures);
      const [own, theirs] = [figures[KIT]?.median ?? Number.NaN, figures[CHECKOV]?.median ?? Number.NaN];
      return {
        unit: "ms",
        figures,
        ratios,
        // Half a second where Checkov takes twenty: the stricter of both counts.
        target: verdict(
          `at most ${MOST_MS} ms, and at most 1/${LEAST_TIMES} of Checkov`,
          own,
          Math.min(MOST_MS, Math.round(theirs / LEAST_TIMES)),
          "ms",
        ),
      };
    } finally {
      rmSync(workspace, { recursive: true, force: true });
    }
  },
};

/** Services as people write them: some published, some bound, each with variables and a healthcheck. */
function composeFile() {
  const services = Array.from({ length: SERVICES }, (_, at) => [
    `  service${at}:`,
    `    image: example/service${at}:1.${at}`,
    "    restart: unless-stopped",
    `    ports: ["127.0.0.1:${8000 + at}:8080"]`,
    `    environment: {LOG_LEVEL: info, DB_HOST: service${(at + 1) % SERVICES}, DB_PASSWORD: "\${DB_PASSWORD}"}`,
    `    volumes: ["data${at}:/data", "./conf/service${at}:/etc/service:ro"]`,
    '    healthcheck: {test: ["CMD", "wget", "-qO-", "http://127.0.0.1:8080/healthz"], interval: 30s}',
  ]);
  const volumes = Array.from({ length: SERVICES }, (_, at) => `  data${at}: {}`);
  return ["services:", ...services.flat(), "volumes:", ...volumes, ""].join("\n");
}

/**
 * @param {string} name
 * @param {readonly string[]} argv
 * @param {string} command
 */
const rival = (name, argv, command) => ({
  name,
  command,
  run: () => run(argv, { limitSeconds: 600, expected: [0, 1, 3] }),
});

/**
 * @param {string} workspace
 * @throws {Skipped} where neither PyPI nor a mirror of it is reached
 */
async function install(workspace) {
  const environment = join(workspace, "venv");
  const program = join(environment, "bin", "checkov");
  try {
    await run(["python3", "-m", "venv", environment]);
    await run([join(environment, "bin", "pip"), "install", "--quiet", "checkov"]);
  } catch {
    throw new Skipped("Checkov cannot be installed from PyPI");
  }
  if (!existsSync(program)) throw new Error("pip installed no checkov");
  return program;
}

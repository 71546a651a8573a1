import { parseArgs } from "node:util";
import { applicationImages, applicationReady } from "./measurements/application.js";
import { atRest, atRestNew } from "./measurements/at-rest.js";
import { backup1m, backup10m } from "./measurements/backup.js";
import { backupGrowth } from "./measurements/backup-growth.js";
import { backupLatency } from "./measurements/backup-latency.js";
import { brokerAttacks } from "./measurements/broker-attacks.js";
import { certificateReload } from "./measurements/certificate-reload.js";
import { connectionAttacks } from "./measurements/connection-attacks.js";
import { edgeThroughput } from "./measurements/edge-throughput.js";
import { ingestRate } from "./measurements/ingest-rate.js";
import { ingestReplicas } from "./measurements/ingest-replicas.js";
import { listLatency } from "./measurements/list-latency.js";
import { liveLatency } from "./measurements/live-latency.js";
import { memory } from "./measurements/memory.js";
import { mqttTlsClients } from "./measurements/mqtt-tls-clients.js";
import { noLoss } from "./measurements/no-loss.js";
import { policies } from "./measurements/policies.js";
import { policiesCheckov } from "./measurements/policies-checkov.js";
import { readingSize } from "./measurements/reading-size.js";
import { sites } from "./measurements/sites.js";
import { status } from "./measurements/status.js";
import { synthesis } from "./measurements/synthesis.js";
import { upFreshCompose, upFreshTerraform } from "./measurements/up-fresh.js";
import { upIdleCompose, upIdleTerraform } from "./measurements/up-idle.js";
import { describeMachine, load } from "./support/machine.js";
import { Skipped } from "./support/measurement.js";
import { interrupt, isInterrupted } from "./support/process.js";
import { writeReadme, writeResult } from "./support/results-file.js";
import { terminalTable } from "./support/table.js";

/** @typedef {import("./support/measurement.js").Measurement} Measurement */

/** @type {readonly Measurement[]} */
const all = [
  synthesis,
  sites,
  policies,
  policiesCheckov,
  upIdleCompose,
  upIdleTerraform,
  upFreshCompose,
  upFreshTerraform,
  status,
  memory,
  atRest,
  atRestNew,
  ingestRate,
  ingestReplicas,
  noLoss,
  liveLatency,
  listLatency,
  readingSize,
  backup1m,
  backup10m,
  backupGrowth,
  backupLatency,
  applicationReady,
  applicationImages,
  edgeThroughput,
  mqttTlsClients,
  connectionAttacks,
  brokerAttacks,
  certificateReload,
];
const usage = `node bench/run.js [--runs N] [name…]

Measures the kit next to what it stands on, and writes bench/results/NAME.json and the table in bench/README.md.
A name stands for every measurement that begins with it; none, for all. A missed target is no failure.

--runs N   only N runs of each, for a quick look: nothing is written

${all.map(({ name, title }) => `${name.padEnd(20)} ${title}`).join("\n")}
`;

const report = (/** @type {string} */ line) => process.stderr.write(`· ${line}\n`);

for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) {
  process.on(signal, () => {
    report("stopping, and cleaning up");
    interrupt();
  });
}
process.exitCode = await main();

/** @returns {Promise<number>} the exit code */
async function main() {
  const { values, positionals } = parseArgs({
    options: { runs: { type: "string" }, help: { type: "boolean" } },
    allowPositionals: true,
  });
  const begins = positionals.length === 0 ? [""] : positionals;
  const wanted = all.filter(({ name }) => begins.some((begin) => name.startsWith(begin)));
  const runs = values.runs === undefined ? undefined : Number(values.runs);
  if (values.help || wanted.length === 0 || (runs !== undefined && !(Number.isInteger(runs) && runs > 0))) {
    process.stderr.write(usage);
    return values.help ? 0 : 1;
  }
  const machine = await describeMachine();
  let failures = 0;
  for (const measurement of wanted) {
    if (isInterrupted()) return 130;
    if (!(await measured(measurement, machine, runs))) failures += 1;
  }
  if (runs === undefined) writeReadme(all.map(({ name }) => name));
  return isInterrupted() ? 130 : failures > 0 ? 1 : 0;
}

/**
 * @param {Measurement} measurement
 * @param {Awaited<ReturnType<typeof describeMachine>>} machine
 * @param {number | undefined} runs
 * @returns {Promise<boolean>} false if it could not be carried out
 */
async function measured({ name, title, needs, runs: usual, measure }, machine, runs) {
  report(`${name}: ${title}`);
  if (needs === "terraform" && machine.terraform === "none") {
    report(`${name}: skipped, terraform is not installed`);
    return true;
  }
  const before = load();
  try {
    const result = await measure({ runs: runs ?? usual, report: (line) => report(`${name}: ${line}`) });
    const recorded = {
      name,
      title,
      date: new Date().toISOString(),
      machine,
      load: { before, after: load() },
    };
    if (runs === undefined) writeResult({ ...recorded, ...result });
    process.stdout.write(`\n${terminalTable({ ...recorded, ...result })}\n\n`);
    return true;
  } catch (error) {
    if (error instanceof Skipped) {
      report(`${name}: skipped, ${error.message}`);
      return true;
    }
    report(`${name}: ${error instanceof Error ? error.message : error}`);
    return false;
  }
}

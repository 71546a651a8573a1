import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { connectAsync } from "mqtt";
import { withDeployment } from "../support/deployment.js";
import { attacks } from "../support/mqtt-attacks.js";
import { attacksOnTime } from "../support/mqtt-attacks-time.js";
import { isInterrupted, root, run } from "../support/process.js";
import { verdict } from "../support/result.js";
import { summary } from "../support/statistics.js";
import { inspected, memoryOf } from "../support/tls-stack.js";

const NAME = "bench-attacks";
const PORT = 24_160;
const BROKER = `exploreiot-${NAME}-mosquitto`;
const SECONDS = 10;
const QUIET_SECONDS = 5;
const BETWEEN_MS = 5;
const TIMES_QUIET = 3;
const COMMAND = `a message each ${BETWEEN_MS} ms at QoS 1 from one user to another`;
const MEMORY = { command: "docker stats --no-stream", unit: "MiB" };

/** An attacker would be on another machine; here it takes no core from the broker and from the clients that are measured. */
const IDLE = ["chrt", "--idle", "0"];
const OFF = { enabled: false };

const SETTINGS = {
  ...{ backend: OFF, frontend: OFF, postgres: OFF, redis: OFF },
  listeners: { mqtt: { port: PORT } },
  mosquitto: {
    users: [
      { name: "sensor", publish: ["sensor/+"] },
      { name: "viewer", subscribe: ["sensor/+"] },
      { name: "meter", publish: ["meter/+"] },
      { name: "panel", subscribe: ["meter/+"] },
    ],
  },
};

const secrets = join(root, ".exploreiot", NAME, "secrets");

/** @satisfies {import("../support/measurement.js").Measurement} */
export const brokerAttacks = {
  name: "broker-attacks",
  title:
    "p99 from one user to another while others attack a broker of 64 MiB, each attack again and again for 10 s; fails if it is restarted",
  runs: 1,
  measure: ({ report }) =>
    withDeployment([NAME, "compose", PORT, SETTINGS], async () => {
      // Without the engine's proxy, which would take a third part of the cores.
      const host = await inspected(BROKER, "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}");
      const flow = await startFlow();
      /** @type {Record<string, import("../support/result.js").Figures>} */
      const figures = {};
      /** @type {Record<string, number>} */
      const ratios = {};
      let whole = false;
      try {
        for (const attack of Object.keys({ ...attacks, ...attacksOnTime })) {
          const { quiet, p99, mib } = await underAttack(flow, attack, host);
          figures[`quiet, before: ${attack}`] = { command: COMMAND, ...summary([quiet]) };
          figures[attack] = { command: COMMAND, ...summary([p99]) };
          figures[`${attack}, memory of the broker`] = { ...MEMORY, ...summary([mib]) };
          ratios[`${attack} : quiet`] = Math.round((p99 / quiet) * 100) / 100;
          report(`${attack}: ${quiet.toFixed(1)} ms quiet, then ${p99.toFixed(1)} ms, ${mib} MiB`);
        }
      } finally {
        whole = await flow.stop();
      }
      if (!whole) throw new Error("one of the others was put out");
      const restarts = await inspected(BROKER, "{{.RestartCount}} {{.State.OOMKilled}}");
      if (restarts !== "0 false")
        throw new Error(`the broker did not survive: restarts, killed: ${restarts}`);
      const worst = Math.max(...Object.values(ratios));
      const says = `p99 of others at most ${TIMES_QUIET} times the quiet one`;
      return { unit: "ms", figures, ratios, target: verdict(says, worst, TIMES_QUIET, "×") };
    }),
};

/**
 * The p99 without the attack and with it, and the broker's memory as it ends.
 *
 * @param {Awaited<ReturnType<typeof startFlow>>} flow
 * @param {string} attack
 * @param {string} host
 */
async function underAttack(flow, attack, host) {
  if (isInterrupted()) throw new Error("interrupted");
  // The quiet has no part in what the attack before has left behind.
  await delay(1_000);
  flow.p99();
  await delay(QUIET_SECONDS * 1000);
  const quiet = flow.p99();
  const settings = JSON.stringify({ attack, host, port: 1883, secrets, seconds: SECONDS });
  await run([...IDLE, process.execPath, join(root, "bench/support/mqtt-attacker.js"), settings]);
  return { quiet, p99: flow.p99(), mib: await memoryOf(BROKER) };
}

/** Messages from `meter` to `panel`, for as long as they are not stopped. Each carries when it was written. */
async function startFlow() {
  const client = (/** @type {string} */ username) =>
    connectAsync(`mqtt://127.0.0.1:${PORT}`, {
      username,
      password: readFileSync(join(secrets, `mqtt-${username}-password`), "utf8"),
      reconnectPeriod: 0,
    });
  const [meter, panel] = await Promise.all([client("meter"), client("panel")]);
  /** @type {number[]} */
  let latencies = [];
  panel.on("message", (_, payload) => latencies.push(performance.now() - Number(payload)));
  await panel.subscribeAsync("meter/+", { qos: 1 });
  const timer = setInterval(
    () => meter.publish("meter/a", String(performance.now()), { qos: 1 }),
    BETWEEN_MS,
  );
  return {
    /** Of the messages since it was asked last. */
    p99() {
      const sorted = latencies.toSorted((a, b) => a - b);
      latencies = [];
      const value = sorted[Math.floor(sorted.length * 0.99)];
      if (value === undefined) throw new Error("no message has arrived");
      return value;
    },
    /** Whether both were still connected. */
    async stop() {
      clearInterval(timer);
      const whole = meter.connected && panel.connected;
      await Promise.all([meter.endAsync(true), panel.endAsync(true)]);
      return whole;
    },
  };
}

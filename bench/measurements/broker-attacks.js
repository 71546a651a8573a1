import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { connectAsync } from "mqtt";
import { ATTACKER, measuredApart } from "../support/apart.js";
import { withDeployment } from "../support/deployment.js";
import { attacks } from "../support/mqtt-attacks.js";
import { rareAttacks } from "../support/mqtt-attacks-rare.js";
import { attacksOnTime } from "../support/mqtt-attacks-time.js";
import { isInterrupted, root, run } from "../support/process.js";
import { verdict } from "../support/result.js";
import { summary } from "../support/statistics.js";
import { inspected, memoryOf } from "../support/tls-stack.js";

const NAME = "bench-attacks";
const PORT = 24_160;
const TLS_PORT = 24_161;
const BROKER = `exploreiot-${NAME}-mosquitto`;
const SECONDS = 10;
const QUIET_SECONDS = 5;
const BETWEEN_MS = 5;
const TIMES_QUIET = 3;

/** Once more over TLS, of which a record holds many packets, and where a login begins with a handshake. */
const OVER_TLS = [
  "100 readers of 100 writers",
  "messages for nobody, from 100 connections",
  "PINGREQ in a loop, from 100 connections",
  "1,000 sessions that end and come back",
  "the begin of a TLS record, from 100 connections",
  "TLS handshakes that are left, from 100 connections",
  "user properties of 16 kB, from 100 connections to 10 readers",
];
const ATTACKS = [
  ...Object.keys({ ...attacks, ...rareAttacks, ...attacksOnTime }).map((attack) => ({
    name: attack,
    attack,
    port: 1883,
    tls: false,
  })),
  ...OVER_TLS.map((attack) => ({ name: `${attack}, over TLS`, attack, port: 8883, tls: true })),
];
const COMMAND = `a message each ${BETWEEN_MS} ms at QoS 1 from one user to another`;
const MEMORY = { command: "docker stats --no-stream", unit: "MiB" };
const OFF = { enabled: false };

const SETTINGS = {
  ...{ backend: OFF, frontend: OFF, postgres: OFF, redis: OFF },
  listeners: { mqtt: { port: PORT }, mqtts: { port: TLS_PORT } },
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
    "p99 from one user to another while others attack a broker of 64 MiB, each attack again and again for 10 s, from a core of their own, as if from another machine; fails if it is restarted",
  runs: 1,
  measure: ({ report }) =>
    withDeployment([NAME, "compose", PORT, SETTINGS], async () => {
      // Without the engine's proxy, which would take a third part of the cores.
      const host = await inspected(BROKER, "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}");
      const together = await measuredApart(await inspected(BROKER, "{{.State.Pid}}"));
      const flow = await startFlow();
      /** @type {Record<string, import("../support/result.js").Figures>} */
      const figures = {};
      /** @type {Record<string, number>} */
      const ratios = {};
      let whole = false;
      try {
        for (const { name, ...attack } of ATTACKS) {
          const { quiet, p99, mib } = await underAttack(flow, { ...attack, host });
          figures[`quiet, before: ${name}`] = { command: COMMAND, ...summary([quiet]) };
          figures[name] = { command: COMMAND, ...summary([p99]) };
          figures[`${name}, memory of the broker`] = { ...MEMORY, ...summary([mib]) };
          ratios[`${name} : quiet`] = Math.round((p99 / quiet) * 100) / 100;
          report(`${name}: ${quiet.toFixed(1)} ms quiet, then ${p99.toFixed(1)} ms, ${mib} MiB`);
        }
      } finally {
        whole = await flow.stop();
        await together();
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
 * @param {{ attack: string, host: string, port: number, tls: boolean }} attack
 */
async function underAttack(flow, attack) {
  if (isInterrupted()) throw new Error("interrupted");
  // The quiet has no part in what the attack before has left behind.
  await delay(1_000);
  flow.p99();
  await delay(QUIET_SECONDS * 1000);
  const quiet = flow.p99();
  const settings = JSON.stringify({ ...attack, secrets, seconds: SECONDS });
  await run([...ATTACKER, process.execPath, join(root, "bench/support/mqtt-attacker.js"), settings]);
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

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Attackers } from "../support/attackers.js";
import { withDeployment } from "../support/deployment.js";
import { Latencies } from "../support/latencies.js";
import { MqttPublisher } from "../support/mqtt-publisher.js";
import { subscribe } from "../support/mqtt-subscriber.js";
import { root } from "../support/process.js";
import { verdict } from "../support/result.js";
import { summary } from "../support/statistics.js";
import { inspected, memoryOf } from "../support/tls-stack.js";

const NAME = "bench-attacked";
const BROKER = `exploreiot-${NAME}-mosquitto`;
const [MQTT, MQTTS] = [24_152, 24_154];
const PER_SECOND = 200;
const SECONDS = 20;
const CONNECTIONS = 20_000;
const off = { enabled: false };

/** Attacks of strangers, without credentials, while others' messages flow. */
const ATTACKS = /** @type {const} */ ([
  ["silent, from 1 source", "silent", 1],
  ["silent, from 50 sources", "silent", 50],
  ["half of a TLS handshake, from 50 sources", "handshake", 50],
  ["half of a CONNECT, from 50 sources", "connect", 50],
]);

/** @satisfies {import("../support/measurement.js").Measurement} */
export const connectionAttacks = {
  name: "connection-attacks",
  title: `from publication to arrival, 99 of 100 of ${PER_SECOND} messages a second, while ${CONNECTIONS} connections are tried at the broker's TLS port`,
  runs: 1,
  async measure({ report }) {
    const attackers = new Attackers();
    await attackers.open();
    try {
      return await withDeployment([NAME, "compose", MQTT, site(attackers.address)], () =>
        underAttack(attackers, report),
      );
    } finally {
      await attackers.close();
    }
  },
};

/** @param {string} address */
const site = (address) => ({
  hosts: [address],
  listeners: { frontend: off, backend: off, mqtt: { port: MQTT }, mqtts: { port: MQTTS, bind: address } },
  firewall: { enabled: true },
  ...{ frontend: off, backend: off, postgres: off, redis: off },
  mosquitto: {
    limits: { memoryMiB: 256, cpus: 1 },
    users: [
      { name: "sensor", publish: ["sensor/+"] },
      { name: "viewer", subscribe: ["sensor/+"] },
    ],
  },
});

/**
 * @param {Attackers} attackers
 * @param {(line: string) => void} report
 * @returns {Promise<import("../support/result.js").Result>}
 * @throws {Error} when the broker was restarted
 */
async function underAttack(attackers, report) {
  const quiet = await p99While(delay(SECONDS * 1000));
  const figures = figuresOf("quiet", {
    p99: quiet.p99,
    mib: await memoryOf(BROKER),
    command: "nothing else",
  });
  let worst = quiet.p99;
  for (const [name, kind, count] of ATTACKS) {
    const sources = attackers.sources.slice(0, count);
    const attack = attackers.attack(MQTTS, { connections: CONNECTIONS, sources, kind, seconds: SECONDS });
    const held = delay((SECONDS - 2) * 1000).then(() => memoryOf(BROKER));
    const { p99, outcome } = await p99While(attack);
    const command = `bench/support/attacker.js: ${outcome.tried} tried, ${outcome.opened} open at once`;
    report(`${name}: ${command}`);
    Object.assign(figures, figuresOf(name, { p99, mib: await held, command }));
    worst = Math.max(worst, p99);
  }
  const restarts = await inspected(BROKER, "{{.RestartCount}} {{.State.OOMKilled}}");
  if (restarts !== "0 false") throw new Error(`${BROKER} did not survive: ${restarts}`);
  const target = verdict(
    "p99 of others at most 3 times the quiet one, no restart",
    worst / quiet.p99,
    3,
    "×",
  );
  return { unit: "ms", figures, ratios: {}, target };
}

/**
 * @param {string} name
 * @param {{ p99: number, mib: number, command: string }} seen
 * @returns {Record<string, import("../support/result.js").Figures>}
 */
const figuresOf = (name, { p99, mib, command }) => ({
  [name]: { command, ...summary([p99]) },
  [`${name}, memory of the broker`]: { command: "docker stats --no-stream", unit: "MiB", ...summary([mib]) },
});

/**
 * Latency from publication to arrival while something else happens.
 *
 * @template T
 * @param {Promise<T>} event
 */
async function p99While(event) {
  const latencies = new Latencies();
  /** @type {number[]} */
  const sentAt = [];
  const viewer = await subscribe(MQTT, identity("viewer"), "sensor/+", (payload) =>
    latencies.add(performance.now() - (sentAt[Number(payload)] ?? 0)),
  );
  const publisher = await MqttPublisher.connect(MQTT, identity("sensor"));
  const timer = setInterval(() => {
    publisher.publish([{ topic: "sensor/bench", payload: String(sentAt.push(performance.now()) - 1) }]);
  }, 1000 / PER_SECOND);
  const outcome = await event;
  clearInterval(timer);
  await delay(1000);
  for (const end of [viewer, publisher]) end.close();
  if (latencies.total !== sentAt.length) throw new Error(`${latencies.total} of ${sentAt.length} arrived`);
  return { outcome, p99: latencies.percentile(0.99) };
}

/** @param {string} username */
const identity = (username) => ({
  clientId: username,
  username,
  password: readFileSync(join(root, ".exploreiot", NAME, "secrets", `mqtt-${username}-password`), "utf8"),
});

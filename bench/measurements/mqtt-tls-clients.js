import { readFileSync } from "node:fs";
import { join } from "node:path";
import { connect, createSecureContext } from "node:tls";
import { isInterrupted, root, run } from "../support/process.js";
import { verdict } from "../support/result.js";
import { summary } from "../support/statistics.js";
import { certificateAuthority, inspected, withTlsStack } from "../support/tls-stack.js";

/** @typedef {import("node:tls").TLSSocket} TLSSocket */

const PORT = 24_140;
const CLIENTS = 5_000;
/** Handshakes under way at a time. */
const AT_ONCE = 50;
const MEMORY_MIB = 512;
const NAME = "bench-mqtts";
const COMMAND = "docker stats --no-stream";
const BROKER = `exploreiot-${NAME}-mosquitto`;
const USERS = Array.from({ length: CLIENTS }, (_, index) => `device-${index}`);

/** @satisfies {import("../support/measurement.js").Measurement} */
export const mqttTlsClients = {
  name: "mqtt-tls-clients",
  title: `memory of the broker with ${CLIENTS} clients connected over TLS, each with a password of its own`,
  runs: 1,
  measure: ({ runs, report }) =>
    withTlsStack(NAME, PORT, { mosquitto: broker() }, async (deployment) => {
      const address = await inspected(
        BROKER,
        `{{(index .NetworkSettings.Networks "exploreiot-${NAME}-broker").IPAddress}}`,
      );
      const at = { address, ca: certificateAuthority(deployment) };
      const rounds = [];
      for (let round = 0; round < runs; round += 1) rounds.push(await fill(at, report));
      const used = summary(rounds.map(({ full }) => full));
      const figures = {
        [`${CLIENTS} clients`]: {
          command: COMMAND,
          ...used,
        },
        "no clients": { command: COMMAND, ...summary(rounds.map(({ empty }) => empty)) },
      };
      const target = verdict(
        `${CLIENTS} connected at once, within ${MEMORY_MIB} MiB`,
        used.max,
        MEMORY_MIB,
        "MiB",
      );
      return { unit: "MiB", figures, ratios: {}, target };
    }),
};

const broker = () => ({
  // Twice what they may use: of 512 MiB the broker allows 4,051 of them, each with half a packet on its way.
  limits: { memoryMiB: 2 * MEMORY_MIB, cpus: 2 },
  users: USERS.map((name) => ({ name, publish: [`sensor/${name}`] })),
});

/**
 * Connects everybody, looks, and lets them go.
 *
 * @param {{ address: string, ca: string }} at
 * @param {(line: string) => void} report
 */
async function fill({ address, ca }, report) {
  const empty = await memory();
  const secureContext = createSecureContext({ ca });
  const start = performance.now();
  /** @type {TLSSocket[]} */
  const sockets = [];
  for (let first = 0; first < USERS.length; first += AT_ONCE) {
    if (isInterrupted()) throw new Error("interrupted");
    const some = USERS.slice(first, first + AT_ONCE).map((user) => login(user, { address, secureContext }));
    sockets.push(...(await Promise.all(some)));
    if (sockets.length % 1000 === 0) report(`${sockets.length} clients connected`);
  }
  report(`all connected after ${Math.round(performance.now() - start)} ms`);
  const full = await memory();
  const gone = sockets.filter(({ destroyed, readyState }) => destroyed || readyState !== "open").length;
  for (const socket of sockets) socket.destroy();
  if (gone > 0) throw new Error(`${gone} of ${sockets.length} clients were disconnected again`);
  return { empty, full };
}

/** MiB that count against the container's limit, without what the kernel could drop at once. */
async function memory() {
  const { stdout } = await run([...COMMAND.split(" "), "--format", "{{.MemUsage}}", BROKER]);
  const [, amount, unit = ""] = /^([\d.]+)([A-Za-z]+) \//.exec(stdout) ?? [];
  const scale = { KiB: 2 ** -10, MiB: 1, GiB: 2 ** 10 }[unit];
  if (scale === undefined) throw new Error(`docker stats of ${BROKER}: cannot read ${stdout}`);
  return Number(amount) * scale;
}

/**
 * Opens a connection and logs in; the broker's answer has been read when it resolves.
 *
 * @param {string} user
 * @param {{ address: string, secureContext: import("node:tls").SecureContext }} at
 * @returns {Promise<TLSSocket>}
 */
function login(user, { address, secureContext }) {
  const password = readFileSync(join(root, ".exploreiot", NAME, "secrets", `mqtt-${user}-password`), "utf8");
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port: 8883, servername: "localhost", secureContext }, () =>
      socket.write(connectPacket(user, password)),
    );
    socket.once("error", reject);
    socket.once("data", (answer) => {
      if (answer[0] === 0x20 && answer[3] === 0) resolve(socket);
      else reject(new Error(`${user} was refused: CONNACK ${answer.toString("hex")}`));
    });
  });
}

/**
 * MQTT 3.1.1 §3.1: clean session, ten minutes of keep-alive, the user's name as client id.
 *
 * @param {string} user
 * @param {string} password
 */
function connectPacket(user, password) {
  const text = (/** @type {string} */ value) => {
    const bytes = Buffer.from(value);
    return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
  };
  const body = Buffer.concat([
    text("MQTT"),
    Buffer.from([4, 0xc2, 600 >> 8, 600 & 0xff]),
    ...[user, user, password].map(text),
  ]);
  if (body.length > 127) throw new Error(`${user}: the packet is longer than one length byte can say`);
  return Buffer.concat([Buffer.from([0x10, body.length]), body]);
}

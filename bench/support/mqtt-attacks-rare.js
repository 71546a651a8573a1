import { createConnection } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { connect as createTlsConnection } from "node:tls";
import { number, open, opened, packet, text, userProperties } from "./mqtt-wire.js";

/**
 * Packets that few programs send, and bytes that are no MQTT. Each is bounded, ends by itself, and survives being put out.
 *
 * @typedef {import("./mqtt-wire.js").Target} Target
 * @typedef {import("./mqtt-wire.js").Socket} Socket
 */

const MS = 2_000;
const CONNECTIONS = 100;

/** @type {Readonly<Record<string, (target: Target) => Promise<void>>>} */
export const rareAttacks = {
  "20,000 subscriptions, each with an identifier of its own": async (target) => {
    const reader = await open(target, "viewer", "identified", { version: 5, clean: false });
    await sendAll(reader, 20_000, (index) =>
      packet(0x82, [number((index % 65_000) + 1), identifier(index + 1), ...filter(`sensor/${index}`)]),
    );
  },
  "20,000 groups that share": async (target) => {
    const reader = await open(target, "viewer", "sharing", { clean: false });
    await sendAll(reader, 20_000, (index) =>
      packet(0x82, [number((index % 65_000) + 1), ...filter(`$share/${index}/sensor/+`)]),
    );
  },
  "SUBSCRIBE of 1,200 filters in a loop, from 20 connections": (target) =>
    loop(target, "viewer", 4, 20, [
      packet(0x82, [
        number(1),
        ...Array.from({ length: 1_200 }, (_, index) => filter(`sensor/${index}`)).flat(),
      ]),
    ]),
  "topics and filters of 200 levels, from 100 connections": async (target) => {
    const deep = `sensor/${"/".repeat(200)}`;
    const publishing = loop(target, "sensor", 4, CONNECTIONS, [packet(0x30, [text(deep)])]);
    await Promise.all([
      publishing,
      loop(target, "viewer", 4, 20, [packet(0x82, [number(1), ...filter(deep)])]),
    ]);
  },
  "QoS 1 with 14 kB of user properties, from 100 connections": (target) =>
    loop(target, "sensor", 5, CONNECTIONS, [rich(0x32, 1)]),
  "QoS 2 with 14 kB of user properties, from 100 connections": (target) =>
    loop(target, "sensor", 5, CONNECTIONS, [rich(0x34, 1), packet(0x62, [number(1)])]),
  "reserved types of packets, before and after the login": async (target) => {
    const types = [0x00, 0x0f, 0x20, 0xb0, 0xd0, 0xf0].map((type) => packet(type, [Buffer.alloc(2)]));
    const end = performance.now() + MS;
    while (performance.now() < end)
      for (const type of types) {
        const [user] = await Promise.all([open(target, "sensor", "reserved"), opened(target, type)]);
        user.end(type);
      }
  },
  "HTTP in place of MQTT, from 100 connections": (target) =>
    strangers(target, Buffer.from(`GET /mqtt HTTP/1.1\r\nUpgrade: websocket\r\n\r\n${"x".repeat(9_000)}`)),
  "the begin of a TLS record, from 100 connections": (target) =>
    strangers(target, Buffer.from([0x16, 3, 1, 0x40, 0, 1, 0, 0x3f, 0xfc])),
  "TLS handshakes that are left, from 100 connections": async (target) => {
    const end = performance.now() + MS;
    while (performance.now() < end) {
      const some = Array.from({ length: CONNECTIONS }, () => {
        const { host = "127.0.0.1", port } = target;
        const socket = createTlsConnection({ host, port, rejectUnauthorized: false });
        return new Promise((resolve) => {
          socket.on("error", resolve).once("close", resolve);
          socket.once("secureConnect", () => socket.destroy());
          // In clear text nobody answers.
          setTimeout(() => socket.destroy(), MS).unref();
        });
      });
      await Promise.all(some);
    }
  },
};

/** @param {number} id */
const identifier = (id) => {
  const bytes = [(id & 0x7f) | 0x80, ((id >> 7) & 0x7f) | 0x80, id >> 14];
  return Buffer.from([bytes.length + 1, 0x0b, ...bytes]);
};

/** @param {string} topic */
const filter = (topic) => [text(topic), Buffer.from([1])];

/**
 * @param {number} type
 * @param {number} id
 */
const rich = (type, id) => packet(type, [text("sensor/rich"), number(id), ...userProperties(14_000)]);

/**
 * @param {Socket} socket
 * @param {number} count
 * @param {(index: number) => Buffer} packetOf
 */
async function sendAll(socket, count, packetOf) {
  socket.resume();
  for (let index = 0; index < count && !socket.destroyed; index += 1)
    if (!socket.write(packetOf(index))) await delay(1);
  await delay(500);
  socket.destroy();
}

/**
 * The same packets over and over, as fast as the broker takes them.
 *
 * @param {Target} target
 * @param {string} user
 * @param {4 | 5} version
 * @param {number} count of connections
 * @param {readonly Buffer[]} packets
 */
async function loop(target, user, version, count, packets) {
  const many = Buffer.concat(Array.from({ length: 10 }, () => packets).flat());
  const sockets = await Promise.all(
    Array.from({ length: count }, (_, index) => open(target, user, `rare-${index}`, { version })),
  );
  for (const socket of sockets) {
    const more = () => {
      while (!socket.destroyed && !socket.writableNeedDrain) socket.write(many);
    };
    socket.resume().on("drain", more);
    more();
  }
  await delay(MS);
  for (const socket of sockets) socket.destroy();
}

/**
 * Connections that nobody logs in on, again and again.
 *
 * @param {Target} target
 * @param {Buffer} bytes
 */
async function strangers(target, bytes) {
  const { host = "127.0.0.1", port } = target;
  const end = performance.now() + MS;
  while (performance.now() < end) {
    const sockets = Array.from({ length: CONNECTIONS }, () =>
      createConnection({ host, port }).on("error", () => {}),
    );
    for (const socket of sockets) socket.resume().write(bytes);
    await delay(100);
    for (const socket of sockets) socket.destroy();
  }
}

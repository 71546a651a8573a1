import { setTimeout as delay } from "node:timers/promises";
import { number, open, opened, packet, text, userProperties } from "./mqtt-wire.js";

/**
 * Clients that have credentials and take the broker's time, of which it has one thread for everybody. Each is bounded, ends by
 * itself, and survives being put out.
 *
 * @typedef {import("./mqtt-wire.js").Target} Target
 * @typedef {import("./mqtt-wire.js").Socket} Socket
 */

const MS = 2_000;
const CONNECTIONS = 100;
const NONE = Buffer.from([0]);

/** @type {Readonly<Record<string, (target: Target) => Promise<void>>>} */
export const attacksOnTime = {
  "100 readers of 100 writers": async (target) => {
    const readers = await several(target, "viewer", CONNECTIONS);
    for (const reader of readers) reader.write(subscribing(1, "sensor/+"));
    const writers = await several(target, "sensor", CONNECTIONS);
    await flood(writers, [packet(0x30, [text("sensor/a"), Buffer.alloc(10)])]);
    for (const socket of [...readers, ...writers]) socket.destroy();
  },
  "messages for nobody, from 100 connections": async (target) => {
    const writers = await several(target, "sensor", CONNECTIONS);
    await flood(writers, [packet(0x30, [text("sensor/nobody"), Buffer.alloc(10)])]);
    for (const socket of writers) socket.destroy();
  },
  "PINGREQ in a loop, from 100 connections": async (target) => {
    const sockets = await several(target, "sensor", CONNECTIONS);
    await flood(sockets, [packet(0xc0, [])]);
    for (const socket of sockets) socket.destroy();
  },
  "SUBSCRIBE and UNSUBSCRIBE in a loop, from 100 connections": async (target) => {
    const sockets = await several(target, "viewer", CONNECTIONS);
    await flood(sockets, [subscribing(1, "sensor/loop"), packet(0xa2, [number(2), text("sensor/loop")])]);
    for (const socket of sockets) socket.destroy();
  },
  "a retained message set and deleted in a loop, from 100 connections": async (target) => {
    const sockets = await several(target, "sensor", CONNECTIONS);
    await flood(sockets, [
      packet(0x31, [text("sensor/loop"), Buffer.alloc(10)]),
      packet(0x31, [text("sensor/loop")]),
    ]);
    for (const socket of sockets) socket.destroy();
  },
  "100 clients that subscribe to 2,000 retained messages": async (target) => {
    await retain(target, 2_000);
    const sockets = await several(target, "viewer", CONNECTIONS);
    for (const socket of sockets) socket.write(subscribing(1, "sensor/+"));
    await delay(MS);
    for (const socket of sockets) socket.destroy();
  },
  "one SUBSCRIBE with 1,000 filters, to 2,000 retained messages": async (target) => {
    await retain(target, 2_000);
    const [socket] = await several(target, "viewer", 1);
    socket?.write(subscribing(1, ...Array.from({ length: 1_000 }, () => "sensor/+")));
    await delay(MS);
    socket?.destroy();
  },
  "SUBSCRIBE and UNSUBSCRIBE of 1,000 filters in a loop, from 100 connections": async (target) => {
    const sockets = await several(target, "viewer", CONNECTIONS);
    const filters = Array.from({ length: 1_000 }, (_, index) => `sensor/${index}`);
    await flood(sockets, [subscribing(1, ...filters), packet(0xa2, [number(2), ...filters.map(text)])], 1);
    for (const socket of sockets) socket.destroy();
  },
  "wills with 16 kB of user properties, from 100 connections": async (target) => {
    const will = packet(0x10, [
      ...[text("MQTT"), Buffer.from([5, 0xc6, 0, 60, 0]), text("")],
      ...[...userProperties(15_400), text("sensor/will"), text("")],
      ...[text("sensor"), text(target.password("sensor"))],
    ]);
    const end = performance.now() + MS;
    while (performance.now() < end) {
      const sockets = await Promise.all(Array.from({ length: CONNECTIONS }, () => opened(target, will)));
      for (const socket of sockets) socket.destroy();
    }
  },
  "wrong passwords, from 100 connections": async (target) => {
    const guessing = { ...target, password: () => "wrong" };
    const end = performance.now() + MS;
    while (performance.now() < end)
      for (const socket of await several(guessing, "viewer", CONNECTIONS)) socket.destroy();
  },
  "a reader in 1,000 groups that share": async (target) => {
    const [reader] = await several(target, "viewer", 1);
    for (let group = 0; group < 1_000; group += 1) reader?.write(subscribing(1, `$share/${group}/sensor/+`));
    await delay(300);
    const writers = await several(target, "sensor", 20);
    await flood(writers, [packet(0x30, [text("sensor/a"), Buffer.alloc(10)])]);
    for (const socket of [reader, ...writers]) socket?.destroy();
  },
  "topic aliases that change, from 100 connections": async (target) => {
    const writers = await several(target, "sensor", CONNECTIONS, 5);
    const alias = (/** @type {number} */ index) => Buffer.from([3, 0x23, 0, (index % 10) + 1]);
    const named = (/** @type {number} */ index) => text(`sensor/${index}${"x".repeat(100)}`);
    await flood(
      writers,
      Array.from({ length: 40 }, (_, index) => packet(0x30, [named(index), alias(index)])),
    );
    for (const socket of writers) socket.destroy();
  },
  "AUTH in a loop, from 100 connections": async (target) => {
    const end = performance.now() + MS;
    while (performance.now() < end) {
      const sockets = await several(target, "sensor", CONNECTIONS, 5);
      for (const socket of sockets) socket.write(packet(0xf0, [Buffer.from([0x19, 0])]));
      await delay(20);
      for (const socket of sockets) socket.destroy();
    }
  },
  "50 readers of some bytes a second": async (target) => {
    const options = /** @type {const} */ ({ slow: true });
    const readers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => open(target, "viewer", `slow-${index}`, options)),
    );
    for (const reader of readers) reader.write(subscribing(1, "sensor/+"));
    const reading = setInterval(() => {
      for (const reader of readers) reader.resume();
    }, 100);
    const writers = await several(target, "sensor", 10);
    await flood(writers, [packet(0x30, [text("sensor/a"), Buffer.alloc(10)])]);
    clearInterval(reading);
    for (const socket of [...readers, ...writers]) socket.destroy();
  },
  "1,000 sessions that end and come back": async (target) => {
    const end = performance.now() + MS;
    while (performance.now() < end)
      for (const socket of await several(target, "viewer", 200)) socket.destroy();
  },
  "200 wills at once, to 100 readers": async (target) => {
    const readers = await several(target, "viewer", CONNECTIONS);
    for (const reader of readers) reader.write(subscribing(1, "sensor/+"));
    const will = { topic: "sensor/will", payload: Buffer.alloc(100) };
    const dying = await Promise.all(
      Array.from({ length: 200 }, (_, index) => open(target, "sensor", `will-${index}`, { will })),
    );
    await delay(200);
    for (const socket of [...dying, ...readers]) socket.destroy();
  },
  // The last: what it has sent keeps the broker busy for long after it.
  "user properties of 16 kB, from 100 connections to 10 readers": async (target) => {
    const readers = await several(target, "viewer", 10, 5);
    for (const reader of readers) reader.write(packet(0x82, [number(1), NONE, text("sensor/+"), NONE]));
    const writers = await several(target, "sensor", CONNECTIONS, 5);
    await flood(writers, [packet(0x30, [text("sensor/a"), ...userProperties(14_000)])]);
    for (const socket of [...readers, ...writers]) socket.destroy();
  },
};

/**
 * @param {Target} target
 * @param {string} user
 * @param {number} count
 * @param {4 | 5} [version]
 */
async function several(target, user, count, version = 4) {
  const sockets = await Promise.all(
    Array.from({ length: count }, (_, index) => open(target, user, `${user}-${index}`, { version })),
  );
  for (const socket of sockets) socket.resume();
  return sockets;
}

/**
 * The same packets over and over, as fast as the broker takes them.
 *
 * @param {readonly Socket[]} sockets
 * @param {readonly Buffer[]} packets
 * @param {number} [times] how often they are in one write
 */
async function flood(sockets, packets, times = 200) {
  const many = Buffer.concat(Array.from({ length: times }, () => packets).flat());
  const more = (/** @type {Socket} */ socket) => {
    while (!socket.destroyed && !socket.writableNeedDrain) socket.write(many);
  };
  for (const socket of sockets) {
    socket.on("drain", () => more(socket));
    more(socket);
  }
  await delay(MS);
}

/**
 * @param {Target} target
 * @param {number} count
 */
async function retain(target, count) {
  const [socket] = await several(target, "sensor", 1);
  for (let index = 0; index < count; index += 1)
    socket?.write(packet(0x31, [text(`sensor/retained-${index}`), Buffer.alloc(10)]));
  await delay(300);
  socket?.destroy();
}

/**
 * @param {number} id
 * @param {readonly string[]} filters
 */
export const subscribing = (id, ...filters) =>
  packet(0x82, [number(id), ...filters.flatMap((filter) => [text(filter), Buffer.from([0])])]);

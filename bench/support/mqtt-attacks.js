import { once } from "node:events";
import { createConnection } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/**
 * Clients that have credentials and mean harm, against a broker on loopback. Each is bounded, ends by itself, and
 * survives being put out.
 *
 * @typedef {object} Target
 * @property {number} port in clear text
 * @property {string} [host] loopback unless stated
 * @property {(user: string) => string} password
 *
 * @typedef {import("node:net").Socket} Socket
 */

const PUBACK_BYTES = 4;
const PAYLOAD = 15_000;

/** The attacks, by name. @type {Readonly<Record<string, (target: Target) => Promise<void>>>} */
export const attacks = {
  "6,000 deep subscriptions": (target) =>
    subscribe(target, "sensor", 6_000, (index) =>
      Array.from({ length: 60 }, (_, level) => `${index}-${level}`).join("/"),
    ),
  "20,000 subscriptions that are allowed": (target) =>
    subscribe(target, "viewer", 20_000, (index) => `sensor/${"x".repeat(50)}${index}`),
  "6,000 retained messages of 15 kB": (target) => retain(target, 6_000, PAYLOAD, "large"),
  "30,000 tiny retained messages": (target) => retain(target, 30_000, 1, "tiny"),
  "30,000 deletions of what was never retained": (target) => retain(target, 30_000, 0, "empty"),
  "300 retained wills": async (target) => {
    for (let index = 0; index < 300; index += 1) {
      const will = { topic: `sensor/will-${index}`, payload: Buffer.alloc(PAYLOAD) };
      (await open(target, "sensor", `will-${index % 2}`, { will })).destroy();
    }
  },
  "20,000 client ids with kept sessions": async (target) => {
    for (let first = 0; first < 20_000; first += 50) {
      const some = Array.from({ length: 50 }, (_, index) =>
        open(target, "sensor", `kept-${first + index}`, { clean: false }),
      );
      for (const socket of await Promise.all(some)) socket.destroy();
    }
  },
  "QoS 2 without PUBREL from 200 clients": async (target) => {
    const sockets = [];
    for (let client = 0; client < 200; client += 1) {
      const socket = await open(target, "sensor", `qos2-${client}`, { clean: client % 2 === 0 });
      for (let id = 1; id <= 40; id += 1)
        socket.write(packet(0x34, [text("sensor/q"), number(id), Buffer.alloc(PAYLOAD)]));
      sockets.push(socket);
    }
    await delay(2_000);
    for (const socket of sockets) socket.destroy();
  },
  "ten subscribers that read nothing": async (target) => {
    const readers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => open(target, "viewer", `stalled-${index}`)),
    );
    for (const reader of readers) {
      reader.write(packet(0x82, [number(1), text("sensor/+"), Buffer.from([0])]));
      reader.pause();
    }
    await publish(target, 6_000, 0x30, PAYLOAD);
    for (const reader of readers) reader.destroy();
  },
  "30 kept sessions that hoard messages": async (target) => {
    for (let index = 0; index < 30; index += 1) {
      const reader = await open(target, "viewer", `hoard-${index}`, { clean: false });
      reader.write(packet(0x82, [number(1), text("sensor/+"), Buffer.from([1])]));
      await Promise.race([once(reader, "data"), delay(1_000)]);
      reader.destroy();
    }
    await publish(target, 6_000, 0x32, PAYLOAD);
  },
};

/**
 * @param {Target} target
 * @param {string} user
 * @param {number} count
 * @param {(index: number) => string} filter
 */
async function subscribe(target, user, count, filter) {
  const socket = await open(target, user, "subscriber", { clean: false });
  for (let index = 0; index < count && !socket.destroyed; index += 1)
    await send(socket, packet(0x82, [number((index % 65_000) + 1), text(filter(index)), Buffer.from([1])]));
  await delay(200);
  socket.destroy();
}

/**
 * @param {Target} target
 * @param {number} count
 * @param {number} bytes
 * @param {string} name
 */
async function retain(target, count, bytes, name) {
  const socket = await open(target, "sensor", "retainer");
  const acknowledged = acknowledgements(socket);
  for (let index = 0; index < count && !socket.destroyed; index += 1) {
    const topic = text(`sensor/${name}-${index}`);
    await send(socket, packet(0x33, [topic, number((index % 65_000) + 1), Buffer.alloc(bytes, "x")]));
    while (index - acknowledged() > 100 && !socket.destroyed) await delay(1);
  }
  await delay(200);
  socket.destroy();
}

/**
 * @param {Target} target
 * @param {number} count
 * @param {number} type
 * @param {number} bytes
 */
async function publish(target, count, type, bytes) {
  const socket = await open(target, "sensor", "flood");
  acknowledgements(socket);
  for (let index = 0; index < count && !socket.destroyed; index += 1) {
    const id = type === 0x30 ? [] : [number((index % 65_000) + 1)];
    await send(socket, packet(type, [text("sensor/flood"), ...id, Buffer.alloc(bytes)]));
  }
  await delay(500);
  socket.destroy();
}

/**
 * How many PUBACKs have come so far.
 *
 * @param {Socket} socket
 */
function acknowledgements(socket) {
  let bytes = 0;
  socket.on("data", (data) => {
    bytes += data.length;
  });
  return () => bytes / PUBACK_BYTES;
}

/**
 * @param {Socket} socket
 * @param {Buffer} bytes
 */
async function send(socket, bytes) {
  if (socket.write(bytes)) return;
  await new Promise((resolve) => {
    const done = () => {
      socket.off("drain", done).off("close", done);
      resolve(undefined);
    };
    socket.on("drain", done).on("close", done);
  });
}

/**
 * Connects with MQTT 3.1.1 and waits for the answer, no matter which.
 *
 * @param {Target} target
 * @param {string} user
 * @param {string} id
 * @param {{ clean?: boolean, will?: { topic: string, payload: Buffer } }} [options]
 * @returns {Promise<Socket>}
 */
async function open({ port, host = "127.0.0.1", password }, user, id, { clean = true, will } = {}) {
  const socket = createConnection({ host, port, noDelay: true });
  socket.on("error", () => {});
  const flags = 0xc0 | (clean ? 0x02 : 0) | (will === undefined ? 0 : 0x24);
  const parts = will === undefined ? [] : [text(will.topic), text(will.payload)];
  const body = [
    text("MQTT"),
    // Keep-alive of a minute: the broker refuses 0, with which a client could stay silent for ever.
    Buffer.from([4, flags, 0, 60]),
    text(id),
    ...parts,
    text(user),
    text(password(user)),
  ];
  socket.write(packet(0x10, body));
  await new Promise((resolve) => socket.once("data", resolve).once("close", resolve));
  return socket;
}

/** @param {number} value below 65,536 */
const number = (value) => Buffer.from([value >> 8, value & 0xff]);

/** @param {string | Buffer} value */
function text(value) {
  const bytes = Buffer.from(value);
  return Buffer.concat([number(bytes.length), bytes]);
}

/**
 * @param {number} type
 * @param {readonly Buffer[]} parts
 */
function packet(type, parts) {
  const body = Buffer.concat(parts);
  const length = [];
  for (let rest = body.length; ; ) {
    const digit = rest % 128;
    rest = Math.floor(rest / 128);
    length.push(rest > 0 ? digit | 128 : digit);
    if (rest === 0) break;
  }
  return Buffer.concat([Buffer.from([type, ...length]), body]);
}

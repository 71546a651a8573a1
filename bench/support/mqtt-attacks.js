import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { acknowledgements, number, open, opened, packet, send, text, userProperties } from "./mqtt-wire.js";

/**
 * Clients that have credentials and mean harm, against a broker on loopback. Each is bounded, ends by itself, and
 * survives being put out.
 *
 * @typedef {import("./mqtt-wire.js").Target} Target
 */

const PAYLOAD = 15_000;

/** A multiple of 7. Each 7 bytes take the broker more than 100. */
const PROPERTIES = 15_050;
const FOR_EVER = Buffer.alloc(4, 0xff);

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
  "1,000 kept sessions with wills of 15 kB of user properties, for some day": async (target) => {
    for (let first = 0; first < 1_000; first += 50) {
      const some = Array.from({ length: 50 }, (_, index) =>
        opened(target, willing(target, `willing-${first + index}`)),
      );
      for (const socket of await Promise.all(some)) socket.destroy();
    }
  },
  "1,000 retained messages with 15 kB of user properties": async (target) => {
    const socket = await open(target, "sensor", "retainer", { version: 5 });
    socket.resume();
    for (let index = 0; index < 1_000 && !socket.destroyed; index += 1)
      await send(
        socket,
        packet(0x33, [
          ...[text(`sensor/rich-${index}`), number(index + 1)],
          ...[...userProperties(PROPERTIES), Buffer.from("x")],
        ]),
      );
    await delay(500);
    socket.destroy();
  },
  "ten topic aliases of 15 kB on each of 200 connections": async (target) => {
    const sockets = await Promise.all(
      Array.from({ length: 200 }, (_, index) => open(target, "sensor", `alias-${index}`, { version: 5 })),
    );
    for (const socket of sockets) {
      socket.resume();
      for (let alias = 1; alias <= 10; alias += 1)
        socket.write(
          packet(0x30, [text(`sensor/${"x".repeat(PAYLOAD)}${alias}`), Buffer.from([3, 0x23, 0, alias])]),
        );
    }
    await delay(1_000);
    for (const socket of sockets) socket.destroy();
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
 * A CONNECT of MQTT 5 for a session without an end, with a retained will that is not sent before that.
 *
 * @param {Target} target
 * @param {string} id
 */
const willing = (target, id) =>
  packet(0x10, [
    ...[text("MQTT"), Buffer.from([5, 0xe4, 0, 60]), Buffer.from([5, 0x11]), FOR_EVER, text(id)],
    ...willProperties(),
    ...[text(`sensor/${id}`), text(""), text("sensor"), text(target.password("sensor"))],
  ]);

/** Of the delay, and of the user. */
function willProperties() {
  const [, properties] = userProperties(PROPERTIES);
  const [length] = userProperties(PROPERTIES + 5);
  return [length, Buffer.from([0x18]), FOR_EVER, properties].filter((part) => part !== undefined);
}

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

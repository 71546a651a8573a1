import { createConnection } from "node:net";
import { connect as createTlsConnection } from "node:tls";

/**
 * MQTT 3.1.1 as bytes, for clients that mean harm.
 *
 * @typedef {object} Target
 * @property {number} port
 * @property {boolean} [tls] in clear text unless stated; no certificate is checked
 * @property {string} [host] loopback unless stated
 * @property {(user: string) => string} password
 *
 * @typedef {import("node:net").Socket} Socket
 */

const PUBACK_BYTES = 4;

/**
 * How many PUBACKs have come so far.
 *
 * @param {Socket} socket
 */
export function acknowledgements(socket) {
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
export async function send(socket, bytes) {
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
 * Connects and waits for the answer, no matter which. A slow reader takes 16 bytes whenever it is resumed.
 *
 * @param {Target} target
 * @param {string} user
 * @param {string} id
 * @param {{ clean?: boolean, will?: { topic: string, payload: Buffer }, version?: 4 | 5, slow?: boolean }} [options] MQTT 3.1.1 is 4
 * @returns {Promise<Socket>}
 */
export async function open(target, user, id, { clean = true, will, version = 4, slow = false } = {}) {
  const flags = 0xc0 | (clean ? 0x02 : 0) | (will === undefined ? 0 : 0x24);
  const parts = will === undefined ? [] : [text(will.topic), text(will.payload)];
  const noProperties = version === 5 ? [Buffer.from([0])] : [];
  const body = [
    text("MQTT"),
    // Keep-alive of a minute: the broker refuses 0, with which a client could stay silent for ever.
    Buffer.from([version, flags, 0, 60]),
    ...noProperties,
    text(id),
    ...parts,
    text(user),
    text(target.password(user)),
  ];
  return opened(target, packet(0x10, body), slow);
}

/**
 * Connects by a CONNECT that is made already, as `open` does.
 *
 * @param {Target} target
 * @param {Buffer} connect
 * @returns {Promise<Socket>}
 */
export async function opened(target, connect, slow = false) {
  const socket = dial(target, slow);
  socket.on("error", () => {});
  socket.write(connect);
  if (slow) return socket;
  await new Promise((resolve) => socket.once("data", resolve).once("close", resolve));
  return socket;
}

/**
 * @param {Target} target
 * @param {boolean} slow
 */
function dial({ port, host = "127.0.0.1", tls = false }, slow) {
  const onread = slow ? { onread: { buffer: Buffer.alloc(16), callback: () => false } } : {};
  return tls
    ? createTlsConnection({ host, port, rejectUnauthorized: false, ...(slow ? { highWaterMark: 16 } : {}) })
    : createConnection({ host, port, noDelay: true, ...onread });
}

/**
 * The length of so many bytes of user properties (a multiple of 7), and these.
 *
 * @param {number} bytes from 128 to 16,383
 */
export const userProperties = (bytes) => [
  Buffer.from([(bytes % 128) | 128, bytes >> 7]),
  Buffer.alloc(bytes, Buffer.from([0x26, ...text("a"), ...text("b")])),
];

/** @param {number} value below 65,536 */
export const number = (value) => Buffer.from([value >> 8, value & 0xff]);

/** @param {string | Buffer} value */
export function text(value) {
  const bytes = Buffer.from(value);
  return Buffer.concat([number(bytes.length), bytes]);
}

/**
 * @param {number} type
 * @param {readonly Buffer[]} parts
 */
export function packet(type, parts) {
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

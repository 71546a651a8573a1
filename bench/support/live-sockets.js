import { randomBytes } from "node:crypto";
import { get } from "node:http";

const TEXT = 1;
const PING = 9;

/**
 * Opens a WebSocket that does no more than hand over texts: dozens of them share the cores with what is measured.
 *
 * @param {number} port of the backend, on loopback
 * @param {(text: string) => void} onText
 * @returns {Promise<{ close(): void }>}
 */
export function openLiveSocket(port, onText) {
  const headers = {
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
  };
  return new Promise((resolve, reject) => {
    const request = get({ host: "127.0.0.1", port, path: "/ws", headers });
    request.once("error", reject);
    request.once("response", ({ statusCode }) => reject(new Error(`/ws answered ${statusCode}`)));
    request.once("upgrade", (_response, socket, head) => {
      socket.setNoDelay(true);
      const reader = frameReader((opcode, payload) => {
        if (opcode === TEXT) onText(payload.latin1Slice());
        if (opcode === PING) socket.write(pong(payload));
      });
      reader(head);
      socket.on("data", reader);
      resolve({ close: () => socket.destroy() });
    });
  });
}

/**
 * Unmasked frames below 64 KiB, each whole: what the backend sends.
 *
 * @param {(opcode: number, payload: Buffer) => void} onFrame
 */
function frameReader(onFrame) {
  let rest = Buffer.alloc(0);
  return (/** @type {Buffer} */ data) => {
    const all = rest.length === 0 ? data : Buffer.concat([rest, data]);
    let at = 0;
    while (all.length - at >= 4) {
      const short = all[at + 1] ?? 0;
      const [header, length] = short < 126 ? [2, short] : [4, all.readUInt16BE(at + 2)];
      if (all.length - at < header + length) break;
      onFrame((all[at] ?? 0) & 15, all.subarray(at + header, at + header + length));
      at += header + length;
    }
    rest = all.subarray(at);
  };
}

/** @param {Buffer} payload at most 125 bytes; masked with zeros, as clients must mask */
const pong = (payload) => Buffer.concat([Buffer.from([0x8a, 0x80 | payload.length, 0, 0, 0, 0]), payload]);

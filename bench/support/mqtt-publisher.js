import { once } from "node:events";
import { createConnection } from "node:net";

const CONNECT = 0x10;
const PUBLISH_QOS_1 = 0x32;
const PUBACK = 0x40;
const PUBACK_BYTES = 4;

/**
 * An MQTT 3.1.1 publisher at QoS 1 that costs next to nothing: it shares the cores with what it measures, and a full
 * client library would take as much of them as the broker. It never resends: measurements have no outages.
 */
export class MqttPublisher {
  acknowledged = 0;
  sent = 0;
  #socket;
  #rest = Buffer.alloc(0);

  /**
   * @param {number} port on loopback
   * @param {{ clientId: string, username: string, password: string }} identity
   */
  static async connect(port, identity) {
    const socket = createConnection({ host: "127.0.0.1", port, noDelay: true });
    await once(socket, "connect");
    socket.write(connectPacket(identity));
    const [answer] = await once(socket, "data");
    if (answer[3] !== 0) throw new Error(`the broker refused ${identity.username}: code ${answer[3]}`);
    return new MqttPublisher(socket);
  }

  /** @param {import("node:net").Socket} socket */
  constructor(socket) {
    this.#socket = socket;
    socket.on("data", (data) => this.#count(data));
  }

  get unacknowledged() {
    return this.sent - this.acknowledged;
  }

  /**
   * All with one write.
   *
   * @param {readonly { topic: string, payload: string }[]} messages
   */
  publish(messages) {
    const packets = messages.map(({ topic, payload }) => {
      this.sent += 1;
      // Packet ids go from 1 to 65535, and far fewer messages are ever on their way.
      const id = Buffer.alloc(2);
      id.writeUInt16BE((this.sent % 65_535) + 1);
      return packet(PUBLISH_QOS_1, [text(topic), id, Buffer.from(payload)]);
    });
    this.#socket.write(Buffer.concat(packets));
  }

  close() {
    this.#socket.destroy();
  }

  /** @param {Buffer} data nothing but PUBACKs, cut anywhere */
  #count(data) {
    const all = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data]);
    const whole = Math.floor(all.length / PUBACK_BYTES);
    if (whole > 0 && all[0] !== PUBACK) throw new Error(`the broker sent a packet of type ${all[0]}`);
    this.acknowledged += whole;
    this.#rest = all.subarray(whole * PUBACK_BYTES);
  }
}

/**
 * Level 4; user name, password and clean session; a keep-alive of an hour, since the broker takes none without an end, and
 * Mosquitto ends a client that asks for exactly the longest (`max_keepalive`, 65535) after a second.
 *
 * @param {{ clientId: string, username: string, password: string }} identity
 */
export function connectPacket({ clientId, username, password }) {
  const identity = [clientId, username, password].map(text);
  return packet(CONNECT, [text("MQTT"), Buffer.from([4, 0xc2, 0x0e, 0x10]), ...identity]);
}

/** @param {string} value */
export function text(value) {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/**
 * @param {number} type
 * @param {readonly Buffer[]} parts together less than 16 KiB, so that the length takes two bytes at most
 */
export function packet(type, parts) {
  const body = Buffer.concat(parts);
  const length = body.length < 128 ? [body.length] : [(body.length % 128) | 128, body.length >> 7];
  return Buffer.concat([Buffer.from([type, ...length]), body]);
}

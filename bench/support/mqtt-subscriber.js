import { once } from "node:events";
import { createConnection } from "node:net";
import { connectPacket, packet, text } from "./mqtt-publisher.js";

const SUBSCRIBE = 0x82;
const PUBLISH = 0x30;

/**
 * An MQTT 3.1.1 subscriber at QoS 0, for messages of less than 128 bytes.
 *
 * @param {number} port on loopback
 * @param {{ clientId: string, username: string, password: string }} identity
 * @param {string} filter
 * @param {(payload: string) => void} receive
 */
export async function subscribe(port, identity, filter, receive) {
  const socket = createConnection({ host: "127.0.0.1", port, noDelay: true });
  await once(socket, "connect");
  socket.write(connectPacket(identity));
  await once(socket, "data");
  socket.write(packet(SUBSCRIBE, [Buffer.from([0, 1]), text(filter), Buffer.from([0])]));
  await once(socket, "data");
  let rest = Buffer.alloc(0);
  socket.on("data", (data) => {
    rest = Buffer.concat([rest, data]);
    for (let length = rest[1]; length !== undefined && rest.length >= length + 2; length = rest[1]) {
      const topic = rest.readUInt16BE(2);
      if ((rest[0] ?? 0) >> 4 === PUBLISH >> 4) receive(rest.toString("utf8", 4 + topic, 2 + length));
      rest = rest.subarray(length + 2);
    }
  });
  return { close: () => socket.destroy() };
}

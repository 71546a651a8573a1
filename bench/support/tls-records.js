import { createCipheriv, createHmac } from "node:crypto";
import { connect } from "node:net";
import { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";

/**
 * TLS 1.3 as bytes, for clients that mean harm: records that no library would send.
 *
 * @typedef {{ host: string, port: number, localAddress?: string, servername?: string, protocols?: readonly string[] }} Target
 */

const SUITE = "TLS_AES_128_GCM_SHA256";
const [HANDSHAKE, DATA] = [22, 23];
const KEY_UPDATE = 24;
const TAG_BYTES = 16;

/** A client whose handshake has ended, and whose further records are its own. What comes back is not read. */
export class TlsRecords {
  #secret;
  #count = 0;
  /** @type {Buffer} */
  #key = Buffer.alloc(0);
  /** @type {Buffer} */
  #nonce = Buffer.alloc(0);

  /**
   * @param {import("node:net").Socket} socket
   * @param {Buffer} secret of what the client writes
   */
  constructor(socket, secret) {
    this.socket = socket;
    this.#secret = secret;
    this.#takeKey();
  }

  /** @param {Target} target @returns {Promise<TlsRecords>} */
  static open({ host, port, localAddress, servername = "localhost", protocols = ["h2"] }) {
    const socket = connect({ host, port, ...(localAddress === undefined ? {} : { localAddress }) });
    const toNode = new Duplex({
      read() {},
      write: (chunk, _encoding, done) => void socket.write(chunk, done),
    });
    /** @param {Buffer} chunk */
    const pass = (chunk) => void toNode.push(chunk);
    socket.on("data", pass);
    const secure = connectTls({
      ...{ socket: toNode, servername, rejectUnauthorized: false, ALPNProtocols: [...protocols] },
      ...{ minVersion: "TLSv1.3", ciphers: SUITE },
    });
    return new Promise((resolve, reject) => {
      let secret = Buffer.alloc(0);
      secure.on("keylog", (line) => {
        const [name, , hex = ""] = line.toString().trim().split(" ");
        if (name === "CLIENT_TRAFFIC_SECRET_0") secret = Buffer.from(hex, "hex");
      });
      socket.on("error", reject).on("close", () => reject(new Error("closed during the handshake")));
      secure.on("error", reject);
      // The client's last words of the handshake are written by the next turn of the loop.
      secure.on("secureConnect", () =>
        setImmediate(() => {
          socket.off("data", pass).resume();
          resolve(new TlsRecords(socket, secret));
        }),
      );
    });
  }

  /** @param {string | Buffer} bytes */
  data(bytes) {
    return this.#record(DATA, Buffer.from(bytes));
  }

  /** From here on the client writes with its next key. @param {boolean} answered whether the server has to change its own too */
  keyUpdate(answered = false) {
    const record = this.#record(HANDSHAKE, Buffer.from([KEY_UPDATE, 0, 0, 1, Number(answered)]));
    this.#secret = expand(this.#secret, "traffic upd", 32);
    this.#takeKey();
    return record;
  }

  #takeKey() {
    this.#key = expand(this.#secret, "key", 16);
    this.#nonce = expand(this.#secret, "iv", 12);
    this.#count = 0;
  }

  /** RFC 8446, 5.2 and 5.3. @param {number} type @param {Buffer} bytes */
  #record(type, bytes) {
    const nonce = Buffer.from(this.#nonce);
    nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ this.#count) >>> 0, 8);
    this.#count += 1;
    const head = Buffer.from([DATA, 3, 3, 0, 0]);
    head.writeUInt16BE(bytes.length + 1 + TAG_BYTES, 3);
    const cipher = createCipheriv("aes-128-gcm", this.#key, nonce).setAAD(head);
    const body = [cipher.update(bytes), cipher.update(Buffer.from([type])), cipher.final()];
    return Buffer.concat([head, ...body, cipher.getAuthTag()]);
  }
}

/**
 * A ClientHello that is never right, each byte of which is a record of its own.
 *
 * @param {number} bytes
 */
export function helloByByte(bytes) {
  const hello = Buffer.alloc(bytes, 1);
  hello.writeUInt32BE((1 << 24) | (bytes - 4));
  return Buffer.concat([...hello].map((byte) => Buffer.from([HANDSHAKE, 3, 1, 0, 1, byte])));
}

/** HKDF-Expand-Label of RFC 8446, 7.1, of no more than one block. @param {Buffer} secret @param {string} label @param {number} length */
function expand(secret, label, length) {
  const name = Buffer.from(`tls13 ${label}`);
  const info = Buffer.concat([Buffer.from([0, length, name.length]), name, Buffer.from([0, 1])]);
  return createHmac("sha256", secret).update(info).digest().subarray(0, length);
}

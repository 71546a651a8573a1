import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import { makeAuthority, makeDevicePair, makeServerPair } from "../../pki/x509.ts";

const CONNECT = 1;
const PUBLISH = 3;
const SUBSCRIBE = 8;
const PING = 12;

interface Packet {
  readonly kind: number;
  readonly flags: number;
  readonly body: Buffer;
}

/** The packets at the beginning of what came (MQTT 3.1.1, 2.2), and what is left. */
function packetsIn(bytes: Buffer): { readonly packets: readonly Packet[]; readonly rest: Buffer } {
  const packets: Packet[] = [];
  let at = 0;
  for (;;) {
    let length = 0;
    let next = at + 1;
    for (let shift = 0; ; shift += 7) {
      const digit = bytes[next];
      if (digit === undefined) return { packets, rest: bytes.subarray(at) };
      next += 1;
      length |= (digit & 127) << shift;
      if (digit < 128) break;
    }
    if (bytes.length < next + length) return { packets, rest: bytes.subarray(at) };
    const head = bytes[at] as number;
    packets.push({ kind: head >> 4, flags: head & 15, body: bytes.subarray(next, next + length) });
    at = next + length;
  }
}

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
};

/**
 * A central broker that does what no Mosquitto does: it publishes at any topic it is told, and acknowledges only
 * when it is told to. It speaks TLS and wants a certificate of its own CA.
 */
export class OwnCentre {
  readonly ca: string;
  readonly site: { readonly certificate: string; readonly key: string };
  /** What came, as `topic payload`. */
  readonly came: string[] = [];
  /** Names in the certificates of those that connected. */
  readonly names: string[] = [];
  readonly subscribed: string[] = [];
  acknowledges = true;

  readonly #server: ReturnType<typeof createServer>;
  #socket: Socket | undefined;
  #number = 0;

  private constructor(server: ReturnType<typeof createServer>, ca: string, site: OwnCentre["site"]) {
    this.#server = server;
    this.ca = ca;
    this.site = site;
    server.on("secureConnection", (socket) => this.#serve(socket));
    server.on("tlsClientError", () => undefined);
  }

  /**
   * @param host name or address that it is reached at
   * @param site what its certificate calls the site
   */
  static async open(host: string, site: string): Promise<OwnCentre> {
    const authority = await makeAuthority("a centre");
    const pair = await makeServerPair("centre", [host], authority);
    const issued = await makeDevicePair(site, authority);
    const server = createServer({
      ...{ cert: pair.certificate, key: pair.key, ca: authority.certificate },
      ...{ requestCert: true, rejectUnauthorized: true },
    });
    const centre = new OwnCentre(server, authority.certificate, issued);
    server.listen(0);
    await once(server, "listening");
    // Where the tests are skipped nobody closes it.
    server.unref();
    return centre;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Sends a message at QoS 1. */
  publish(topic: string, payload: string): void {
    this.#number += 1;
    const body = Buffer.concat([text(topic), Buffer.from([0, this.#number]), Buffer.from(payload)]);
    this.#socket?.write(Buffer.concat([Buffer.from([(PUBLISH << 4) | 2, body.length]), body]));
  }

  close(): void {
    this.#socket?.destroy();
    this.#server.close();
  }

  #serve(socket: TLSSocket): void {
    this.#socket = socket;
    this.names.push(String(socket.getPeerCertificate().subject.CN));
    socket.on("error", () => undefined);
    let left: Buffer = Buffer.alloc(0);
    socket.on("data", (bytes: Buffer) => {
      const { packets, rest } = packetsIn(Buffer.concat([left, bytes]));
      left = rest;
      for (const packet of packets) this.#take(packet, socket);
    });
  }

  #take({ kind, flags, body }: Packet, socket: Socket): void {
    if (kind === CONNECT) socket.write(Buffer.from([0x20, 2, 0, 0]));
    else if (kind === PING) socket.write(Buffer.from([0xd0, 0]));
    else if (kind === SUBSCRIBE) {
      this.subscribed.push(body.subarray(4, 4 + body.readUInt16BE(2)).toString());
      socket.write(Buffer.concat([Buffer.from([0x90, 3]), body.subarray(0, 2), Buffer.from([1])]));
    } else if (kind === PUBLISH) {
      const length = body.readUInt16BE(0);
      const topic = body.subarray(2, 2 + length).toString();
      const number = body.subarray(2 + length, 4 + length);
      const isCounted = (flags & 6) !== 0;
      this.came.push(`${topic} ${body.subarray((isCounted ? 4 : 2) + length)}`);
      if (isCounted && this.acknowledges) socket.write(Buffer.concat([Buffer.from([0x40, 2]), number]));
    }
  }
}

import { z } from "zod";
import { ALERTS, FRAMES, HANDSHAKE, HANDSHAKES, MQTT, PUBLISH, REASONS, RECORDS } from "./protocol-names.ts";

/**
 * All that leaves tshark of each packet, as it names it: no payload, no password of an MQTT CONNECT, and of the headers
 * the user agent alone, which tells the kit's own probe and is not shown. Of the address of a request the query is cut off here, since tshark has its path alone only where there is a query.
 */
const READ = {
  epoch: "frame.time_epoch",
  source: "ip.src",
  source6: "ipv6.src",
  target: "ip.dst",
  target6: "ipv6.dst",
  tcpFrom: "tcp.srcport",
  tcpTo: "tcp.dstport",
  udpFrom: "udp.srcport",
  udpTo: "udp.dstport",
  connection: "tcp.stream",
  flags: "tcp.flags",
  tcpBytes: "tcp.len",
  udpBytes: "udp.length",
  protocol: "_ws.col.protocol",
  method: "http.request.method",
  address: "http.request.uri",
  agent: "http.user_agent",
  status: "http.response.code",
  upgrade: "http.upgrade",
  frame: "websocket.opcode",
  handshake: "tls.handshake.type",
  record: "tls.record.content_type",
  hidden: "tls.record.opaque_type",
  alert: "tls.alert_message.desc",
  serverName: "tls.handshake.extensions_server_name",
  mqtt: "mqtt.msgtype",
  topic: "mqtt.topic",
  qos: "mqtt.qos",
  clientId: "mqtt.clientid",
  user: "mqtt.username",
  connack: "mqtt.conack.val",
  connack5: "mqtt.connack.reason_code",
  puback5: "mqtt.puback.reason_code",
  suback: "mqtt.suback.qos",
  suback5: "mqtt.suback.reason_code",
} as const;

type Field = keyof typeof READ;
export type Fields = Readonly<Record<Field, readonly string[]>>;

export const readFields = Object.values(READ);

export const packetOutput = z.strictObject({
  time: z.string().describe("RFC 3339 in UTC, to the microsecond"),
  from: z.string().describe("service:port, or address:port of somebody who is no service"),
  to: z.string(),
  connection: z.int().exactOptional().describe("counts the TCP connections of this recording from 0"),
  bytes: z.int().describe("carried by TCP or UDP"),
  names: z
    .array(z.string())
    .readonly()
    .describe(
      "SYN, SYN-ACK, ACK (the end of the handshake only), TLS ClientHello, HTTP GET, MQTT CONNECT, …",
    ),
  details: z
    .array(z.string())
    .readonly()
    .describe("topics, client id, user, path, status: never a payload, a password, a header or a query"),
});

export type Packet = z.output<typeof packetOutput>;

/** @param rows fields of each packet, in the order of `readFields` */
export const fieldsOf = (rows: readonly (readonly (readonly string[])[])[]): readonly Fields[] =>
  rows.map(
    (row) => Object.fromEntries(Object.keys(READ).map((name, index) => [name, row[index] ?? []])) as Fields,
  );

/**
 * Names what was recorded.
 *
 * @param roles the service that has an address
 * @returns a packet without a name only acknowledges
 */
export function namedPackets(
  packets: readonly Fields[],
  roles: ReadonlyMap<string, string>,
): readonly Packet[] {
  const handshakes = new Handshakes();
  return packets.map((fields) => {
    const [from, to] = ends(fields, roles);
    const [connection] = fields.connection;
    const names = [...handshakes.namesOf(fields, from), ...contentOf(fields)];
    return {
      time: timeOf(fields.epoch[0] ?? "0"),
      from,
      to,
      ...(connection === undefined ? {} : { connection: Number(connection) }),
      bytes: bytesOf(fields),
      names: names.length === 0 && !isBare(fields) ? [protocolOf(fields)] : names,
      details: detailsOf(fields),
    };
  });
}

/** A UDP length counts its header. */
const bytesOf = ({ tcpBytes, udpBytes }: Fields): number =>
  Number(tcpBytes[0] ?? Math.max(0, Number(udpBytes[0] ?? 8) - 8));

const isBare = (fields: Fields): boolean => fields.connection.length > 0 && bytesOf(fields) === 0;

/** `TCP` is a part of something larger, or of a connection whose begin was not recorded. */
function protocolOf({ protocol }: Fields): string {
  const [name = "unknown"] = protocol;
  return name === "TCP" ? "data" : name;
}

function ends(fields: Fields, roles: ReadonlyMap<string, string>): readonly [string, string] {
  const place = (address: readonly string[], port: readonly string[]): string => {
    const [at = "nobody"] = address;
    const name = roles.get(at) ?? (at.includes(":") ? `[${at}]` : at);
    return port[0] === undefined ? name : `${name}:${port[0]}`;
  };
  const { source, source6, target, target6, tcpFrom, tcpTo, udpFrom, udpTo } = fields;
  return [
    place([...source, ...source6], [...tcpFrom, ...udpFrom]),
    place([...target, ...target6], [...tcpTo, ...udpTo]),
  ];
}

/** Seconds since 1970 with a fraction, which a number would round. */
function timeOf(epoch: string): string {
  const [seconds = "0", fraction = ""] = epoch.split(".");
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, -5);
  return `${whole}.${fraction.slice(0, 6).padEnd(6, "0")}Z`;
}

const FIN = 0x01;
const SYN = 0x02;
const RST = 0x04;
const ACK = 0x10;

/** Only the ACK that ends a handshake has a name: nearly every packet has that flag. */
class Handshakes {
  /** Who asked, by connection, until the handshake is over. */
  readonly #open = new Map<string, { readonly from: string; answered: boolean }>();

  namesOf({ connection: [connection], flags: [text] }: Fields, from: string): readonly string[] {
    if (connection === undefined || text === undefined) return [];
    const flags = Number(text);
    const has = (flag: number) => (flags & flag) !== 0;
    const open = this.#open.get(connection);
    if (has(RST)) return ["RST"];
    if (has(SYN) && has(ACK)) {
      if (open !== undefined) open.answered = true;
      return ["SYN-ACK"];
    }
    if (has(SYN)) {
      this.#open.set(connection, { from, answered: false });
      return ["SYN"];
    }
    const ends = has(FIN) ? [has(ACK) ? "FIN-ACK" : "FIN"] : [];
    if (open?.answered !== true || open.from !== from) return ends;
    this.#open.delete(connection);
    return ["ACK", ...ends];
  }
}

function contentOf(fields: Fields): readonly string[] {
  const { method, status, upgrade, frame, handshake, record, hidden, mqtt } = fields;
  const upgraded = upgrade.length === 0 ? "" : `, upgrade to ${upgrade[0]}`;
  const records = [...record, ...hidden].filter((type) => type !== HANDSHAKE);
  return [
    ...method.map((name) => `HTTP ${name}${upgraded}`),
    ...status.map((code) => `HTTP ${code}${code === "101" ? upgraded : ""}`),
    ...frame.map((code) => `WebSocket ${FRAMES[Number(code)] ?? code}`),
    ...handshake.map((type) => `TLS ${HANDSHAKES[type] ?? `handshake ${type}`}`),
    ...[...new Set(records)].map((type) => `TLS ${RECORDS[type] ?? `record ${type}`}`),
    ...mqtt.map((type) => `MQTT ${MQTT[Number(type)] ?? type}`),
  ];
}

function detailsOf(fields: Fields): readonly string[] {
  const { address, alert, serverName, topic, qos, clientId, user, mqtt } = fields;
  return [
    ...address.map((text) => text.replace(/[?#].*$/s, "")),
    ...alert.map((code) => ALERTS[code] ?? `alert ${code}`),
    ...serverName.map((name) => `for ${name}`),
    ...clientId.map((id) => `client ${JSON.stringify(id)}`),
    ...user.map((name) => `user ${JSON.stringify(name)}`),
    ...answersOf(fields),
    ...topic,
    // Each packet of MQTT has the bits; only a PUBLISH has a use for them.
    ...(mqtt.includes(PUBLISH) ? qos.slice(0, 1).map((level) => `QoS ${level}`) : []),
  ];
}

/** Of the broker. A subscription that is granted has its QoS there, and none is above 2. */
function answersOf({ connack, connack5, puback5, suback, suback5 }: Fields): readonly string[] {
  const logins = [...connack, ...connack5].map(Number);
  const refusals = [...puback5, ...suback, ...suback5].map(Number).filter((code) => code >= 128);
  return [...logins.map((code) => (code === 0 ? "accepted" : refused(code))), ...refusals.map(refused)];
}

const refused = (code: number): string => `refused: ${REASONS[code] ?? `reason ${code}`}`;

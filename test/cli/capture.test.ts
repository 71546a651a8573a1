import { describe, expect, test } from "vitest";
import { probeConnections } from "../../cli/capture/own-probes.ts";
import { fieldsOf, namedPackets, readFields } from "../../cli/capture/packets.ts";
import { renderTable } from "../../cli/table.ts";

type Row = Readonly<Record<string, string | readonly string[]>>;

/** As tshark 4.4 says it of recordings of Mosquitto 2.0, its clients, OpenSSL 3.5 and a WebSocket. */
const between = (from: string, to: string, fields: Row): Row => {
  const [source, sourcePort] = from.split(":") as [string, string];
  const [target, targetPort] = to.split(":") as [string, string];
  return {
    "frame.time_epoch": "1795967742.370045804",
    "ip.src": source,
    "ip.dst": target,
    "tcp.srcport": sourcePort,
    "tcp.dstport": targetPort,
    "tcp.stream": "0",
    "tcp.flags": "0x0018",
    "tcp.len": "35",
    "_ws.col.protocol": "TCP",
    ...fields,
  };
};

const CLIENT = "10.0.0.3:38272";
const BROKER = "10.0.0.2:1883";
const up = (fields: Row) => between(CLIENT, BROKER, fields);
const back = (fields: Row) => between(BROKER, CLIENT, fields);
const bare = (flags: string): Row => ({ "tcp.flags": flags, "tcp.len": "0" });

const fields = (...rows: readonly Row[]) =>
  fieldsOf(rows.map((row) => readFields.map((field) => [row[field] ?? []].flat())));
const named = (...rows: readonly Row[]) =>
  namedPackets(
    fields(...rows),
    new Map([
      ["10.0.0.2", "mosquitto"],
      ["10.0.0.3", "ingest"],
    ]),
  );
const said = (...rows: readonly Row[]) => named(...rows).map(({ names, details }) => [names, details]);

describe("capture", () => {
  test("says who sent a packet to whom, when, and how much", () => {
    expect(named(up({ "mqtt.msgtype": "12" }), between("192.0.2.7:9", BROKER, bare("0x0002")))).toEqual([
      {
        time: "2026-11-29T15:55:42.370045Z",
        from: "ingest:38272",
        to: "mosquitto:1883",
        connection: 0,
        bytes: 35,
        names: ["MQTT PINGREQ"],
        details: [],
      },
      expect.objectContaining({ from: "192.0.2.7:9", bytes: 0, names: ["SYN"] }),
    ]);
  });

  test("names the handshake and the end of a connection, and no ACK in between", () => {
    const data = { "_ws.col.protocol": "TCP" };
    const packets = named(
      ...[up(bare("0x0002")), back(bare("0x0012")), back(bare("0x0010")), up(bare("0x0010"))],
      ...[up(data), back(bare("0x0010")), up(bare("0x0011")), back(bare("0x0001")), up(bare("0x0004"))],
    );
    const names = [["SYN"], ["SYN-ACK"], [], ["ACK"], ["data"], [], ["FIN-ACK"], ["FIN"], ["RST"]];
    expect(packets.map(({ names }) => names)).toEqual(names);
  });

  test.each([
    [
      "a login",
      { "mqtt.msgtype": "1", "mqtt.clientid": "pump", "mqtt.username": "bob" },
      ["MQTT CONNECT"],
      ['client "pump"', 'user "bob"'],
    ],
    ["its answer", { "mqtt.msgtype": "2", "mqtt.conack.val": "0" }, ["MQTT CONNACK"], ["accepted"]],
    [
      "a refusal by MQTT 3.1.1",
      { "mqtt.msgtype": "2", "mqtt.conack.val": "5" },
      ["MQTT CONNACK"],
      ["refused: not authorized"],
    ],
    [
      "a refusal by MQTT 5",
      { "mqtt.msgtype": "2", "mqtt.connack.reason_code": "134" },
      ["MQTT CONNACK"],
      ["refused: user name or password"],
    ],
    [
      "a message",
      { "mqtt.msgtype": "3", "mqtt.topic": "sensor/temp", "mqtt.qos": "1" },
      ["MQTT PUBLISH"],
      ["sensor/temp", "QoS 1"],
    ],
    [
      "a denied message",
      { "mqtt.msgtype": "4", "mqtt.puback.reason_code": "135" },
      ["MQTT PUBACK"],
      ["refused: not authorized"],
    ],
    ["a subscription", { "mqtt.msgtype": "8", "mqtt.topic": "sensor/+" }, ["MQTT SUBSCRIBE"], ["sensor/+"]],
    ["its answer", { "mqtt.msgtype": "9", "mqtt.suback.qos": "1" }, ["MQTT SUBACK"], []],
    [
      "a denied subscription",
      { "mqtt.msgtype": "9", "mqtt.suback.qos": "128" },
      ["MQTT SUBACK"],
      ["refused: no reason given"],
    ],
    [
      "two in one packet",
      { "mqtt.msgtype": ["3", "14"], "mqtt.topic": "a", "mqtt.qos": "0" },
      ["MQTT PUBLISH", "MQTT DISCONNECT"],
      ["a", "QoS 0"],
    ],
    [
      "a request, without its query",
      { "http.request.method": "GET", "http.request.uri": "/api/mesures?cle=abc" },
      ["HTTP GET"],
      ["/api/mesures"],
    ],
    ["its answer", { "http.response.code": "200" }, ["HTTP 200"], []],
    [
      "an upgrade",
      { "http.request.method": "GET", "http.request.uri": "/ws", "http.upgrade": "websocket" },
      ["HTTP GET, upgrade to websocket"],
      ["/ws"],
    ],
    [
      "its answer",
      { "http.response.code": "101", "http.upgrade": "websocket", "http.request.uri": "/ws?k=1" },
      ["HTTP 101, upgrade to websocket"],
      ["/ws"],
    ],
    ["a frame", { "websocket.opcode": "1" }, ["WebSocket text"], []],
    [
      "a TLS greeting",
      {
        "tls.handshake.type": "1",
        "tls.record.content_type": "22",
        "tls.handshake.extensions_server_name": "iot.example",
      },
      ["TLS ClientHello"],
      ["for iot.example"],
    ],
    [
      "its answer",
      {
        "tls.handshake.type": "2",
        "tls.record.content_type": ["22", "20"],
        "tls.record.opaque_type": ["23", "23"],
      },
      ["TLS ServerHello", "TLS ChangeCipherSpec", "TLS encrypted data"],
      [],
    ],
    [
      "a refusal of a certificate",
      { "tls.record.content_type": "21", "tls.alert_message.desc": "48" },
      ["TLS Alert"],
      ["unknown_ca"],
    ],
    ["another protocol", { "_ws.col.protocol": "PGSQL" }, ["PGSQL"], []],
  ] as const)("names %s", (_, fields, names, details) => {
    expect(said(up(fields))).toEqual([[names, details]]);
  });

  test("shows what a client chose without obeying it", () => {
    const hostile = up({
      "mqtt.msgtype": "3",
      "mqtt.topic": "s/\u001b]0;x\u009b31m",
      "mqtt.clientid": "a\u001b[2J",
    });
    const [packet] = named(hostile);
    expect(renderTable(["details"], [[packet?.details.join(" ") ?? ""]])).toBe(
      ["details", 'client "a\\u001b[2J" s/\\x1b]0;x\\x9b31m'].join("\n"),
    );
  });
});

describe("the service's own health check", () => {
  const login = (user: string) => ({ "mqtt.msgtype": "1", "mqtt.username": user });
  const asks = (agent: string) => ({ "http.request.method": "GET", "http.user_agent": agent });
  const v6 = { "ip.src": [], "ip.dst": [], "ipv6.src": "fd00::2", "ipv6.dst": "fd00::2" };
  const SELF = "10.0.0.2:40000";

  test.each([
    { is: true, what: "the broker's user for it", rows: [bare("0x0002"), login("health")] },
    { is: false, what: "a verb that logs in from inside", rows: [bare("0x0002"), login("sensor")] },
    { is: false, what: "MQTT that began before", rows: [{ "mqtt.msgtype": "3", "mqtt.topic": "a" }] },
    {
      is: true,
      what: "a request by the probe",
      rows: [asks("exploreiot-probe"), { "http.response.code": "200" }],
    },
    { is: false, what: "a request by a verb", rows: [asks("node")] },
    { is: false, what: "a request without a name", rows: [{ "http.request.method": "GET" }] },
    { is: false, what: "the probe's request and another", rows: [asks("exploreiot-probe"), asks("curl/8")] },
    { is: true, what: "a connection without a word", rows: [bare("0x0002"), bare("0x0011")] },
    { is: true, what: "a handshake of TLS", rows: [{ "tls.handshake.type": "1" }] },
    { is: true, what: "the same over IPv6", rows: [{ ...v6, ...login("health") }] },
  ])("is told from others: $what", ({ is, rows }) => {
    const inside = rows.map((row) => between(SELF, "10.0.0.2:1883", { "tcp.stream": "7", ...row }));
    const outside = rows.map((row) => up({ "tcp.stream": "8", ...(row as Row), ...NOT_ITSELF }));

    expect(probeConnections(fields(...inside, ...outside))).toEqual(new Set(is ? [7] : []));
  });

  // A device may choose the names of the probe, and is no probe.
  const NOT_ITSELF = { "ip.src": "10.0.0.3", "ip.dst": "10.0.0.2", "ipv6.src": [], "ipv6.dst": [] };
});

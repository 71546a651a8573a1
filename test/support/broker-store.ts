const MESSAGE = 2;
const QUEUED = 3;
const RETAINED = 4;
const SUBSCRIPTION = 5;
const SESSION = 6;

/** A store of Mosquitto (mosquitto.db, version 6) as it begins: the header and its settings. */
function beginning(): Buffer {
  const magic = Buffer.from("\0\xB5\0mosquitto db", "latin1");
  const settings = Buffer.alloc(16);
  settings.writeUInt8(8, 9);
  return Buffer.concat([magic, Buffer.alloc(4), Buffer.from([0, 0, 0, 6]), chunk(1, settings)]);
}

function chunk(kind: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(kind, 0);
  head.writeUInt32BE(body.length, 4);
  return Buffer.concat([head, body]);
}

/** The fixed part of a chunk: numbers at offsets, big end first but for the ids of messages. */
function fixed(bytes: number, shorts: Readonly<Record<number, number>>, id?: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  for (const [offset, value] of Object.entries(shorts)) buffer.writeUInt16BE(value, Number(offset));
  if (id !== undefined) buffer.writeBigUInt64LE(BigInt(id));
  return buffer;
}

function message(id: number, topic: string, payload: Buffer, user = ""): Buffer {
  const head = fixed(32, { 24: user.length, 26: topic.length }, id);
  head.writeUInt32BE(payload.length, 16);
  head.writeUInt8(1, 31);
  return chunk(MESSAGE, head, Buffer.from(user + topic), payload);
}

const retained = (id: number) => chunk(RETAINED, fixed(8, {}, id));

const parts = [
  beginning(),
  message(1, "sensor/a", Buffer.from("hello")),
  chunk(SESSION, fixed(24, { 14: 9, 18: 6 }), Buffer.from("dashboardviewer")),
  chunk(QUEUED, fixed(16, { 10: 9 }, 1), Buffer.from("dashboard")),
  chunk(SUBSCRIPTION, fixed(12, { 4: 9, 6: 8 }), Buffer.from("dashboardsensor/+")),
  retained(1),
];

/** One of each: a session, its subscription, a message that waits for it and is retained. */
export const wholeStore = (): Buffer => Buffer.concat(parts);

/** Where one of its chunks ends, in bytes. */
wholeStore.boundaries = parts.map((_, index) => Buffer.concat(parts.slice(0, index + 1)).length);

/** One retained message. @param user who sent it. @default - the broker itself */
export const retainedStore = (topic: string, text: string, user?: string): Buffer =>
  Buffer.concat([beginning(), message(1, topic, Buffer.from(text), user), retained(1)]);

/** A store with retained messages, whole, however large. */
export const largeStore = (messages: number, payloadBytes: number): Buffer =>
  Buffer.concat([
    beginning(),
    ...Array.from({ length: messages }, (_, index) =>
      message(index + 1, `sensor/${index}`, Buffer.alloc(payloadBytes)),
    ),
    ...Array.from({ length: messages }, (_, index) => retained(index + 1)),
  ]);

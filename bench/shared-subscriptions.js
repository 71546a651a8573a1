#!/usr/bin/env node
/**
 * Asks a broker what it does with the share of a member of a shared subscription that is away (MQTT 5, 4.8.2).
 *
 *     bench/shared-subscriptions.js mqtt://127.0.0.1:1883
 *
 * Two members at QoS 1, each in a session that the broker keeps, and a publisher. The table of docs/outside.md is made with it.
 */
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { connect, connectAsync } from "mqtt";

const address = process.argv[2] ?? "mqtt://127.0.0.1:1883";
const TOPIC = "shared/readings";
const QUIET_MS = 4000;

/** A member that notes what it gets. One that is slow takes messages and acknowledges none. */
class Member {
  constructor(id, expirySeconds = 600) {
    this.id = id;
    this.expirySeconds = expirySeconds;
    this.got = [];
    this.slow = false;
  }

  async come() {
    this.client = connect(address, {
      ...{ clientId: this.id, protocolVersion: 5, clean: false, reconnectPeriod: 0 },
      properties: { sessionExpiryInterval: this.expirySeconds, receiveMaximum: 50 },
    });
    this.client.on("error", () => undefined);
    // Before it is connected: what waits comes at once.
    this.client.handleMessage = ({ payload }, done) => {
      if (this.slow) return;
      this.got.push(Number(payload));
      done();
    };
    await once(this.client, "connect");
    await this.client.subscribeAsync(`$share/group/${TOPIC}`, { qos: 1 });
  }

  /** As when its machine goes: no word, and nothing acknowledged. */
  kill() {
    this.client.stream.destroy();
    this.client.end(true);
  }

  async leave() {
    await this.client.endAsync();
  }

  take() {
    return this.got.splice(0);
  }
}

const all = (members) => members.reduce((sum, { got }) => sum + got.length, 0);

/** Until nothing more has come for a while. */
async function quiet(...members) {
  for (let last = -1; last !== all(members); ) {
    last = all(members);
    await delay(QUIET_MS);
  }
}

let next = 0;
async function publish(count) {
  const publisher = await connectAsync(address, { clientId: "publisher", protocolVersion: 5 });
  const first = next;
  for (; next < first + count; next += 1) await publisher.publishAsync(TOPIC, String(next), { qos: 1 });
  await publisher.endAsync();
  return Array.from({ length: count }, (_, index) => first + index);
}

const row = (...cells) => console.log(cells.join(" | "));
const missing = (sent, ...got) => {
  const there = new Set(got.flat());
  return sent.filter((number) => !there.has(number)).length;
};
const twice = (...got) => got.flat().length - new Set(got.flat()).size;

const [one, two] = [new Member("one"), new Member("two")];
await one.come();
await two.come();

const both = await publish(100);
await quiet(one, two);
row(
  "both are there, 100 messages",
  `${one.got.length} and ${two.got.length}`,
  `missing ${missing(both, one.take(), two.take())}`,
);

one.slow = true;
const inFlight = await publish(100);
await quiet(one, two);
one.kill();
await quiet(two);
const kept = two.take();
row("one takes and acknowledges none, then is killed, 100 messages", `the other got ${kept.length}`);

const away = await publish(1000);
await quiet(two);
const other = two.take();
row("it is away, 1,000 messages", `${other.length} go to the other`);

one.slow = false;
await one.come();
await quiet(one, two);
const back = one.take();
const later = two.take();
row(
  "it comes back under its client id",
  `it gets ${back.length}, the other ${later.length} more`,
  `missing ${missing([...inFlight, ...away], kept, other, back, later)}, twice ${twice(kept, other, back, later)}`,
);

one.kill();
two.kill();
await delay(QUIET_MS);
const nobody = await publish(1000);
await one.come();
await quiet(one);
await two.come();
await quiet(one, two);
const [first, second] = [one.take(), two.take()];
row(
  "both are away, 1,000 messages; one comes back, then the other",
  `${first.length} and ${second.length}`,
  `missing ${missing(nobody, first, second)}, twice ${twice(first, second)}`,
);

one.expirySeconds = 0;
await one.leave();
await one.come();
await one.leave();
const short = new Member("short", 3);
await short.come();
short.kill();
await delay(500);
const ending = await publish(1000);
await delay(8000);
await quiet(two);
const rest = two.take();
row(
  "one is away, 1,000 messages, then its session of 3 s ends",
  `the other got ${rest.length}`,
  `missing ${missing(ending, rest)}`,
);
await two.leave();

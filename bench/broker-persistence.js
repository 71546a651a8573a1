#!/usr/bin/env node
/**
 * Next to each other: what each way of Mosquitto to keep its queue costs, and what it loses (decision 190).
 *
 *     bench/broker-persistence.js NAME=MOSQUITTO[,SQLITE_PLUGIN,FLUSH_SECONDS,SYNC] …
 *
 * Each broker is started here, on loopback, in a folder of its own. 20,000 readings of 75 bytes from 10 clients as fast as they are
 * acknowledged, with the subscriber away and with one that keeps up; then readings at 200 a second with the subscriber away,
 * a SIGKILL in the middle, and a count of those that were acknowledged and never came.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect as dial } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { connect, connectAsync } from "mqtt";

const PORT = 42_883;
const TOPIC = "sensor/temp";
const CLIENTS = 10;
const READINGS = 20_000;
const RATE = 200;
const ROUNDS = 5;
const TICKS_PER_SECOND = 100;

const address = `mqtt://127.0.0.1:${PORT}`;

class Broker {
  constructor(description) {
    const [name, how] = description.split("=");
    const [program, plugin, flush, sync] = how.split(",");
    this.name = name;
    this.program = program;
    this.folder = mkdtempSync(join(tmpdir(), "persistence-"));
    const kept =
      plugin === undefined
        ? ["persistence true", `persistence_location ${this.folder}/`, "autosave_interval 1"]
        : [
            ...[`plugin ${plugin}`, `plugin_opt_db_file ${this.folder}/mosquitto.sqlite3`],
            `plugin_opt_flush_period ${flush}`,
            `plugin_opt_sync ${sync}`,
          ];
    const lines = [
      ...[`listener ${PORT} 127.0.0.1`, "allow_anonymous true", "user root", "log_type error"],
      ...["max_queued_messages 0", "max_inflight_messages 50", ...kept],
    ];
    writeFileSync(join(this.folder, "mosquitto.conf"), `${lines.join("\n")}\n`);
  }

  async start() {
    this.process = spawn(this.program, ["-c", join(this.folder, "mosquitto.conf")], { stdio: "ignore" });
    for (const end = Date.now() + 20_000; Date.now() < end; await delay(50)) if (await answers()) return;
    throw new Error(`${this.name} does not listen within 20 s`);
  }

  async end(signal = "SIGTERM") {
    const gone = once(this.process, "exit");
    this.process.kill(signal);
    await gone;
  }

  /** Seconds of processor time so far. */
  cpu() {
    const fields = readFileSync(`/proc/${this.process.pid}/stat`, "utf8").split(") ")[1].split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  remove() {
    rmSync(this.folder, { recursive: true });
  }
}

const answers = () =>
  new Promise((resolve) => {
    const socket = dial(PORT, "127.0.0.1");
    socket.once("connect", () => resolve(true) ?? socket.destroy());
    socket.once("error", () => resolve(false));
  });

/** The subscriber's session; it is kept by the broker while it is away. */
async function subscriber() {
  const got = new Set();
  const client = connect(address, { clientId: "ingest", clean: false, reconnectPeriod: 0 });
  client.on("message", (_topic, payload) => got.add(Number.parseInt(payload, 10)));
  await once(client, "connect");
  await client.subscribeAsync(TOPIC, { qos: 1 });
  return { client, got };
}

async function sessionThatIsAway() {
  const { client } = await subscriber();
  await client.endAsync();
}

const payload = (number) => String(number).padEnd(75, " ");

/** @returns readings a second, and processor time of the broker for each 1,000, in milliseconds */
async function flood(broker) {
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => connectAsync(address)));
  const before = broker.cpu();
  const begin = performance.now();
  await Promise.all(
    clients.flatMap((client, index) =>
      Array.from({ length: READINGS / CLIENTS }, (_, number) =>
        client.publishAsync(TOPIC, payload(index * READINGS + number), { qos: 1 }),
      ),
    ),
  );
  const seconds = (performance.now() - begin) / 1000;
  await Promise.all(clients.map((client) => client.endAsync()));
  return { rate: READINGS / seconds, cpu: ((broker.cpu() - before) * 1000) / (READINGS / 1000) };
}

async function whileAway(broker) {
  await broker.start();
  await sessionThatIsAway();
  const figures = await flood(broker);
  await broker.end();
  return figures;
}

async function whileThere(broker) {
  await broker.start();
  const { client } = await subscriber();
  const figures = await flood(broker);
  await client.endAsync(true);
  await broker.end();
  return figures;
}

/** Readings that were acknowledged before a SIGKILL, with nobody there to take them, and did not come after it. */
async function lostByKill(broker, seconds) {
  await broker.start();
  await sessionThatIsAway();
  const publisher = await connectAsync(address, { reconnectPeriod: 0 });
  publisher.on("error", () => undefined);
  const acknowledged = [];
  const begin = performance.now();
  for (let number = 0; performance.now() - begin < seconds * 1000; number += 1) {
    publisher.publish(TOPIC, payload(number), { qos: 1 }, (error) => {
      if (!error) acknowledged.push(number);
    });
    await delay(Math.max(0, begin + ((number + 1) * 1000) / RATE - performance.now()));
  }
  await broker.end("SIGKILL");
  publisher.end(true);
  await broker.start();
  const { client, got } = await subscriber();
  for (let last = -1; last !== got.size; await delay(1000)) last = got.size;
  await client.endAsync(true);
  await broker.end();
  return {
    acknowledged: acknowledged.length,
    lost: acknowledged.filter((number) => !got.has(number)).length,
  };
}

const whole = (value) => Math.round(value).toLocaleString("en");
console.log("| broker | subscriber away | subscriber there | lost by a SIGKILL, of those acknowledged |");
console.log("|---|---|---|---|");
for (const description of process.argv.slice(2)) {
  const round = async (measure) => {
    const broker = new Broker(description);
    try {
      return await measure(broker);
    } finally {
      broker.remove();
    }
  };
  const away = await round(whileAway);
  const there = await round(whileThere);
  const losses = [];
  // Not at whole seconds: the kill falls at another place between two saves each time.
  for (let index = 0; index < ROUNDS; index += 1)
    losses.push(await round((broker) => lostByKill(broker, 4 + index * 0.37)));
  const cell = ({ rate, cpu }) => `${whole(rate)}/s, ${cpu.toFixed(1)} ms CPU per 1,000`;
  const told = losses.map(({ acknowledged, lost }) => `${lost} of ${whole(acknowledged)}`).join("; ");
  console.log(`| ${description.split("=")[0]} | ${cell(away)} | ${cell(there)} | ${told} |`);
}

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { Skipped } from "./measurement.js";
import { root, run } from "./process.js";

const VERSION = "v1.37.2";
const PLUGINS = ["inputs.mqtt_consumer", "parsers.json_v2", "outputs.postgresql"];
/** It is kept from one run to the next. */
const folder = join(homedir(), ".cache", "exploreiot-bench", `telegraf-${VERSION}`);

/**
 * Telegraf from its Go module, with three plugins: as its own builder makes it.
 *
 * @param {(line: string) => void} report
 * @throws {Skipped} where it is not there and cannot be built
 */
export async function builtTelegraf(report) {
  if (existsSync(join(folder, "telegraf"))) return;
  mkdirSync(folder, { recursive: true });
  report(`go install telegraf ${VERSION} with ${PLUGINS.join(", ")} (a minute or two, once)`);
  const env = { GOBIN: folder, CGO_ENABLED: "0" };
  const tags = ["-tags", ["custom", ...PLUGINS].join(",")];
  const module = `github.com/influxdata/telegraf/cmd/telegraf@${VERSION}`;
  try {
    await run(["nice", "-n", "15", "go", "install", ...tags, module], { env, limitSeconds: 3600 });
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split("\n");
    throw new Skipped(`Telegraf is not there, and Go cannot build it here (${reason})`);
  }
}

/**
 * How Telegraf acknowledges. In a kept session after the write, of which a broker has 20 on their way to a client of MQTT
 * 3.1.1: batches of 20 are then the fastest. In another session at the arrival, with batches as large as those of `ingest`.
 *
 * @type {Readonly<Record<"after the write" | "at the arrival", { keeps: boolean, batch: number }>>}
 */
const WAYS = {
  "after the write": { keeps: true, batch: 20 },
  "at the arrival": { keeps: false, batch: 5000 },
};

/** Telegraf in a container in the place of `ingest`: on its networks, with its limits, and its logins. */
export class Telegraf {
  container;
  client;
  #app;
  #way;
  #workspace = mkdtempSync(join(tmpdir(), "exploreiot-bench-"));

  /**
   * @param {import("./reference-app.js").ReferenceApp} app
   * @param {keyof typeof WAYS} way
   */
  constructor(app, way) {
    this.#app = app;
    this.#way = WAYS[way];
    this.container = app.container("telegraf");
    this.client = `backend:${app.name}-telegraf`;
  }

  async start() {
    const conf = join(this.#workspace, "telegraf.conf");
    writeFileSync(conf, this.#configuration(), { mode: 0o600 });
    const { stdout } = await run(["docker", "inspect", this.#app.container("ingest")]);
    const [{ HostConfig, Image, NetworkSettings }] = JSON.parse(stdout);
    const [first = "", ...others] = Object.keys(NetworkSettings.Networks);
    await run([
      ...["docker", "create", "--name", this.container, "--init", "--read-only", "--cap-drop", "ALL"],
      ...["--memory", String(HostConfig.Memory), "--cpus", String(HostConfig.NanoCpus / 1e9)],
      ...["--user", `${process.getuid?.()}`, "--network", first, "--entrypoint", "/telegraf/telegraf"],
      ...["--volume", `${folder}:/telegraf:ro`, "--volume", `${conf}:/telegraf.conf:ro`, Image],
      ...["--config", "/telegraf.conf"],
    ]);
    for (const network of others) await run(["docker", "network", "connect", network, this.container]);
    await run(["docker", "start", this.container]);
  }

  async remove() {
    await run(["docker", "rm", "--force", this.container], { expected: [0, 1] });
    rmSync(this.#workspace, { recursive: true, force: true });
  }

  #configuration() {
    const { keeps, batch } = this.#way;
    const secret = (/** @type {string} */ name) =>
      readFileSync(join(root, ".exploreiot", this.#app.name, "secrets", name), "utf8");
    const password = secret("role-ingest-postgres-password");
    const database = `host=postgres user=exploreiot_ingest password=${password} dbname=exploreiot sslmode=disable`;
    return `
[agent]
  interval = "1s"
  flush_interval = "200ms"
  metric_batch_size = ${batch}
  metric_buffer_limit = 100000
  omit_hostname = true
[[inputs.mqtt_consumer]]
  servers = ["tcp://mosquitto:1883"]
  username = "backend"
  password = "${secret("mqtt-backend-password")}"
  client_id = "${this.client}"
  persistent_session = ${keeps}
  qos = 1
  topics = ["sensor/+"]
  topic_tag = ""
  max_undelivered_messages = 30000
  data_format = "json_v2"
  [[inputs.mqtt_consumer.json_v2]]
    measurement_name = "readings"
    timestamp_path = "horodatage"
    timestamp_format = "rfc3339"
    [[inputs.mqtt_consumer.json_v2.tag]]
      path = "capteur"
      rename = "sensor"
    [[inputs.mqtt_consumer.json_v2.field]]
      path = "valeur"
      rename = "value"
      type = "float"
[[outputs.postgresql]]
  connection = "${database}"
  timestamp_column_type = "timestamp with time zone"
  create_templates = []
  add_column_templates = []
`;
  }
}

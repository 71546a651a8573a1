import { readFileSync } from "node:fs";
import { join } from "node:path";
import mqtt from "mqtt";
import { MqttPublisher } from "./mqtt-publisher.js";
import { NumberedDevice } from "./numbered-device.js";
import { root, run } from "./process.js";

/** @typedef {import("./deployment.js").BenchDeployment} BenchDeployment */

/** The doors of a deployed reference application, those for the operator included. */
export class ReferenceApp {
  #deployment;

  /** @param {BenchDeployment} deployment */
  constructor(deployment) {
    this.#deployment = deployment;
  }

  get name() {
    return this.#deployment.name;
  }

  get backendPort() {
    return this.#deployment.port + 1;
  }

  /** @param {string} role */
  container(role) {
    return `exploreiot-${this.#deployment.name}-${role}`;
  }

  get #identity() {
    const secret = join(root, ".exploreiot", this.#deployment.name, "secrets", "mqtt-sensor-password");
    return { username: "sensor", password: readFileSync(secret, "utf8") };
  }

  /** @param {string} clientId */
  numberedDevice(clientId) {
    return NumberedDevice.connect(this.#deployment.port + 2, { clientId, ...this.#identity });
  }

  /** @param {number} count */
  publishers(count) {
    const identity = this.#identity;
    return Promise.all(
      Array.from({ length: count }, (_, index) =>
        MqttPublisher.connect(this.#deployment.port + 2, { clientId: `bench-${index}`, ...identity }),
      ),
    );
  }

  /**
   * Ends what the broker keeps for clients of the application, and takes them out of a shared subscription.
   *
   * @param {readonly string[]} clients their ids
   */
  async endSessions(clients) {
    const secret = join(root, ".exploreiot", this.#deployment.name, "secrets", "mqtt-backend-password");
    const password = readFileSync(secret, "utf8");
    for (const clientId of clients) {
      const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${this.#deployment.port + 2}`, {
        ...{ username: "backend", password, clientId, clean: true, protocolVersion: 5 },
      });
      await client.endAsync();
    }
  }

  /**
   * Runs SQL as the superuser.
   *
   * @param {string} query
   * @returns {Promise<string>} columns separated by `|`
   */
  async sql(query) {
    const psql = [
      "psql",
      "-h",
      "/run/postgresql",
      "-U",
      "postgres",
      "-d",
      "exploreiot",
      "-v",
      "ON_ERROR_STOP=1",
    ];
    const argv = ["docker", "exec", this.container("postgres"), ...psql, "-qtAc", query];
    return (await run(argv, { limitSeconds: 1800 })).stdout.trim();
  }

  /**
   * `/proc/PID/status` of the application in a container: the child of the init process.
   *
   * @param {string} role
   */
  async processStatus(role) {
    const script = "cat /proc/$(cat /proc/1/task/1/children | cut -d' ' -f1)/status";
    return (await run(["docker", "exec", this.container(role), "sh", "-c", script])).stdout;
  }

  /**
   * An address on one of the container's networks, which the host can reach though nobody else can.
   *
   * @param {string} role
   */
  async address(role) {
    const format = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}";
    const { stdout } = await run(["docker", "inspect", "--format", format, this.container(role)]);
    return stdout.trim().split(" ")[0] ?? "";
  }
}

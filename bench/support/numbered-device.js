import { setTimeout as delay } from "node:timers/promises";
import mqtt from "mqtt";

const TICK_MS = 50;

/** A device that numbers its readings at QoS 1, keeps what is not acknowledged, and sends it again after a reconnect. */
export class NumberedDevice {
  sent = 0;
  /** @type {Set<number>} */
  acknowledged = new Set();
  #client;
  #begin = Date.now();

  /**
   * @param {number} port on loopback
   * @param {{ username: string, password: string, clientId: string }} identity
   */
  static async connect(port, identity) {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, {
      ...identity,
      clean: false,
      reconnectPeriod: 100,
      connectTimeout: 2000,
    });
    // Without a listener a refused connection would end the process.
    client.on("error", () => undefined);
    return new NumberedDevice(client);
  }

  /** @param {import("mqtt").MqttClient} client */
  constructor(client) {
    this.#client = client;
  }

  /**
   * @param {string} sensor
   * @param {number} perSecond
   * @param {number} seconds
   * @returns {Promise<void>} when the last one is written; those in between may be unacknowledged
   */
  async publish(sensor, perSecond, seconds) {
    const begin = performance.now();
    while (this.sent < perSecond * seconds) {
      const due = Math.floor(((performance.now() - begin) / 1000) * perSecond);
      while (this.sent < Math.min(due, perSecond * seconds)) this.#send(sensor, this.sent++);
      await delay(TICK_MS);
    }
  }

  /**
   * A time of its own for each: that is what tells a second delivery from a second reading.
   *
   * @param {string} sensor
   * @param {number} number
   */
  #send(sensor, number) {
    const horodatage = new Date(this.#begin + number).toISOString();
    const payload = JSON.stringify({ valeur: number, horodatage });
    this.#client.publish(`sensor/${sensor}`, payload, { qos: 1 }, (error) => {
      if (!error) this.acknowledged.add(number);
    });
  }

  async close() {
    await this.#client.endAsync(true);
  }
}

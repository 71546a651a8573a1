import { setTimeout as delay } from "node:timers/promises";
import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import type { Credentials } from "./e2e-broker.ts";

const PAUSE_MS = 50;
/** Messages on their way: a publisher that waits for the broker does not fill its own memory. */
const MOST_UNACKNOWLEDGED = 1000;

/** A broker on another machine: its address, the name in its certificate, and who signed that. */
export interface TlsBroker {
  readonly address: string;
  readonly port: number;
  readonly host: string;
  readonly ca: string;
}

/** A device that numbers its readings, keeps what is not acknowledged, and sends it again after each reconnect. */
export class NumberedPublisher {
  readonly acknowledged = new Set<number>();
  readonly #client: MqttClient;
  readonly #sensor: string;
  readonly #begin = Date.now();

  /** Connects with a session that the broker keeps; the library dials again by itself. */
  static connect(port: number, username: string, password: string, sensor: string) {
    return NumberedPublisher.connectAt(`mqtt://127.0.0.1:${port}`, { username, password }, sensor);
  }

  /** The same anywhere. */
  static async connectAt(address: string, options: IClientOptions, sensor: string) {
    const client = await connectAsync(address, {
      ...{ ...options, clientId: `numbered-${sensor}`, clean: false },
      ...{ reconnectPeriod: 100, connectTimeout: 2_000 },
    });
    // Without a listener a refused dial would end the process.
    client.on("error", () => undefined);
    return new NumberedPublisher(client, sensor);
  }

  /** The same over TLS, with a certificate, which is who the device is. */
  static async connectDevice(port: number, device: string, tls: NonNullable<Credentials["tls"]>) {
    const client = await connectAsync(`mqtts://127.0.0.1:${port}`, {
      ...{ ...tls, clientId: device, clean: false, reconnectPeriod: 100, connectTimeout: 2_000 },
    });
    client.on("error", () => undefined);
    return new NumberedPublisher(client, device);
  }

  /** The same as `connect`, to another machine and over TLS. */
  static async connectOver(
    { address, port, host, ca }: TlsBroker,
    { username, password }: { readonly username: string; readonly password: string },
    sensor: string,
  ) {
    const client = await connectAsync(`mqtts://${address}:${port}`, {
      ...{ username, password, clientId: `numbered-${sensor}`, clean: false, ca, servername: host },
      ...{ reconnectPeriod: 100, connectTimeout: 2_000, keepalive: 5 },
    });
    client.on("error", () => undefined);
    return new NumberedPublisher(client, sensor);
  }

  /** Has it dial with another password or certificate from now on. */
  dialWith(change: Pick<IClientOptions, "password" | "ca" | "cert" | "key">): void {
    Object.assign(this.#client.options, change);
  }

  private constructor(client: MqttClient, sensor: string) {
    this.#client = client;
    this.#sensor = sensor;
  }

  /** Publishes 0 to `total - 1`, about `perSecond`, and returns when each is acknowledged. */
  publish(total: number, perSecond: number): Promise<void> {
    return this.publishWhile(() => true, perSecond, total);
  }

  /** Publishes numbers from 0 on until it is told to stop, and returns when each is acknowledged. */
  async publishWhile(
    running: () => boolean,
    perSecond: number,
    total = Number.POSITIVE_INFINITY,
  ): Promise<void> {
    const batch = (perSecond * PAUSE_MS) / 1000;
    const answers: Promise<void>[] = [];
    for (let next = 0; next < total && running(); ) {
      const room = MOST_UNACKNOWLEDGED - (next - this.acknowledged.size);
      const end = Math.min(total, next + Math.min(batch, room));
      for (; next < end; next += 1) answers.push(this.#send(next));
      await delay(PAUSE_MS);
    }
    await Promise.all(answers);
  }

  /** Each has a time of its own, which is what tells a second delivery from a second reading. */
  async #send(number: number): Promise<void> {
    const horodatage = new Date(this.#begin + number).toISOString();
    const payload = JSON.stringify({ valeur: number, horodatage });
    await this.#client.publishAsync(`sensor/${this.#sensor}`, payload, { qos: 1 });
    this.acknowledged.add(number);
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true);
  }
}

import { connect as dial, type MqttClient } from "mqtt";

export interface Credentials {
  readonly username?: string;
  readonly password?: string;
  readonly clientId?: string;

  /** @default - the session ends with the connection */
  readonly clean?: boolean;

  /** Seconds. @default - a minute */
  readonly keepalive?: number;

  /** @default - the broker is on loopback */
  readonly address?: string;

  /** Called with each message: a kept session's come in one piece with the answer to CONNECT, before a caller can listen. */
  readonly received?: (payload: Buffer) => void;

  /** Speaks TLS: the CA and the name that the broker has to show, and this client's own pair if it has one. */
  readonly tls?: {
    readonly ca: string;
    readonly servername: string;
    readonly cert?: string;
    readonly key?: string;
  };
}

/** Connects to a broker with MQTT 5, which answers refusals with a reason, or to a session that is kept with MQTT 3.1.1; no retries. */
export function connect(port: number, given: Credentials): Promise<MqttClient> {
  const { address = "127.0.0.1", received, tls, ...credentials } = given;
  const client = dial(`${tls === undefined ? "mqtt" : "mqtts"}://${address}:${port}`, {
    ...credentials,
    ...tls,
    protocolVersion: credentials.clean === false ? 4 : 5,
    reconnectPeriod: 0,
    connectTimeout: 30_000,
  });
  client.on("message", (_, payload) => received?.(payload));
  return new Promise((resolve, reject) => {
    client.once("connect", () => resolve(client));
    client.once("error", (error) => {
      client.end();
      reject(error);
    });
  });
}

/** `accepted`, or the broker's reason. */
export async function login(port: number, credentials: Credentials): Promise<string> {
  return outcome(async () => (await connect(port, credentials)).endAsync());
}

/** The broker's answer to a publication at QoS 1. */
export function publish(client: MqttClient, topic: string, payload = "1"): Promise<string> {
  return outcome(() => client.publishAsync(topic, payload, { qos: 1 }));
}

/** The broker's answer to a subscription at QoS 1. */
export function subscribe(client: MqttClient, filter: string): Promise<string> {
  return outcome(() => client.subscribeAsync(filter, { qos: 1 }));
}

async function outcome(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return "accepted";
  } catch (error) {
    return (error as Error).message;
  }
}

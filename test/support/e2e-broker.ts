import { connectAsync, type MqttClient } from "mqtt";

export interface Credentials {
  readonly username?: string;
  readonly password?: string;
}

/** Connects to a broker on loopback with MQTT 5, which answers refusals with a reason; no retries. */
export function connect(port: number, credentials: Credentials): Promise<MqttClient> {
  return connectAsync(`mqtt://127.0.0.1:${port}`, {
    ...credentials,
    protocolVersion: 5,
    reconnectPeriod: 0,
    connectTimeout: 5_000,
  });
}

/** `accepted`, or the broker's reason. */
export async function login(port: number, credentials: Credentials): Promise<string> {
  return outcome(async () => (await connect(port, credentials)).endAsync());
}

/** What the broker says to a publication at QoS 1. */
export function publish(client: MqttClient, topic: string, payload = "1"): Promise<string> {
  return outcome(() => client.publishAsync(topic, payload, { qos: 1 }));
}

async function outcome(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return "accepted";
  } catch (error) {
    return (error as Error).message;
  }
}

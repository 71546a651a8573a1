import { setTimeout as delay } from "node:timers/promises";
import type { MqttClient } from "mqtt";

/**
 * Messages of one user to another, 50 a second at QoS 1, numbered, from now until it is stopped.
 *
 * @returns stops it and tells which numbers were acknowledged, and which have arrived
 */
export async function messageFlow(publisher: MqttClient, reader: MqttClient, topic: string) {
  const acknowledged = new Set<number>();
  const arrived = new Set<number>();
  reader.on("message", (_, payload) => arrived.add(Number(payload)));
  await reader.subscribeAsync(topic, { qos: 1 });
  let running = true;
  const flowing = (async () => {
    for (let number = 0; running; number += 1) {
      publisher.publish(topic, String(number), { qos: 1 }, (error) => error ?? acknowledged.add(number));
      await delay(20);
    }
  })();
  return async () => {
    running = false;
    await flowing;
    const deadline = Date.now() + 60_000;
    while ([...acknowledged].some((number) => !arrived.has(number)) && Date.now() < deadline) await delay(50);
    return { acknowledged, arrived };
  };
}

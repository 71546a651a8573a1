import type { MqttClient } from "mqtt";
import { z } from "zod";
import { UserError } from "../core/errors.ts";
import { ofRole } from "../runners/containers.ts";
import { publisherOf, topicOf } from "./broker-user.ts";
import { brokerWay, isTls } from "./broker-way.ts";
import { printJson } from "./json.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { synthesizeAnywhere } from "./synthesize.ts";
import { VERBS } from "./verbs.ts";

export const publishOutput = z.object({
  deployment: z.string(),
  topic: z.string(),
  payload: z.string(),
  user: z.string().describe("the user of mosquitto.users that published it"),
  listener: z
    .enum(["mqtt", "mqtts", "inside", "outside"])
    .describe("inside: the broker's listener for containers; outside: a broker that somebody else runs"),
  tls: z.boolean(),
  acknowledged: z.literal(true).describe("the broker has taken it"),
});

export const publishCommand = verb("publish", VERBS.publish)
  .argument("<sensor>", "name of a sensor, or a whole topic with a /")
  .argument("<value>", "the payload: a number, or any text")
  .addOption(configOption())
  .addOption(jsonOption())
  .action(async (sensor: string, payload: string, { config, json }: { config: string; json?: true }) => {
    const { deployment, stack, home } = await synthesizeAnywhere(config);
    const container = ofRole(stack, "mosquitto")?.name;
    const way = brokerWay(deployment, home);
    if (container === undefined && way.outside === undefined)
      throw new UserError(`${deployment.name}: has no broker`, "set mosquitto.enabled: true");
    const topic = topicOf(deployment, sensor);
    const user = publisherOf(deployment, topic);
    const { asUser } = await import("./broker-client.ts");
    await asUser({ container, way, user, home }, (client) => publish(client, topic, payload));
    const told = { topic, payload, user, listener: way.listener, tls: isTls(way) };
    if (json) printJson(publishOutput, { deployment: deployment.name, ...told, acknowledged: true });
    else console.log(`${topic} = ${payload}, as ${user} ${wayInWords(told)}: the broker has it`);
  });

const wayInWords = ({ listener, tls }: { readonly listener: string; readonly tls: boolean }): string =>
  listener === "inside" ? "from inside" : `over ${listener}${tls ? " (TLS)" : " (clear text)"}`;

const NOT_AUTHORIZED = 135;

/**
 * Publishes at QoS 1, which the broker answers.
 *
 * @param expires seconds after which the broker drops what nobody has taken. @default - never
 */
export async function publish(
  client: MqttClient,
  topic: string,
  payload: string,
  expires?: number,
): Promise<void> {
  const properties = expires === undefined ? {} : { properties: { messageExpiryInterval: expires } };
  try {
    await client.publishAsync(topic, payload, { qos: 1, ...properties });
  } catch (error) {
    if ((error as { code?: unknown }).code !== NOT_AUTHORIZED) throw error;
    throw new UserError(
      `topic ${JSON.stringify(topic)}: the broker's rules do not let ${client.options.username} publish there`,
      "exploreiot up delivers the rules of the site file; exploreiot status says what differs",
    );
  }
}

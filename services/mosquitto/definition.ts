import { z } from "zod";
import { text } from "../../core/formats.ts";
import { enabled, limits, timing } from "../../site/fields.ts";
import { deviceTopic, publishedTopic, subscribedTopic } from "../../site/topics.ts";
import { defineService } from "../definition.ts";

export const MQTT_PORT = 1883;
export const MQTTS_PORT = 8883;

/** The broker's user of the roles of the backend that have none of their own; only those that name its password are given it. */
export const BACKEND_USER = "backend";

/** Name of the file in the secret store that holds an MQTT user's password. */
export const mqttSecret = (user: string) => `mqtt-${user}-password`;

/** An MQTT user name: mosquitto separates the fields of its files with ":" and the ACL with spaces. */
const mqttUserName = text(
  /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/,
  "a user name of letters, digits, dots, dashes and underscores, at most 64",
);

/** The MQTT broker. */
export const mosquitto = defineService({
  name: "mosquitto",
  settings: z
    .strictObject({
      enabled,
      // One thread: with a whole core nothing ever makes it wait for the rest of a tenth of a second.
      limits: limits(64, 1, 32),
      health: timing,
      maxPacketBytes: z
        .int()
        .min(128)
        .max(1_048_576)
        .default(16_384)
        .describe("the largest packet that is taken; the shipped backend stores payloads up to 16384 bytes"),
      users: z
        .array(
          z.strictObject({
            name: mqttUserName,
            publish: z.array(publishedTopic).default([]).describe("%u is the user's own name"),
            subscribe: z.array(subscribedTopic).default([]),
          }),
        )
        .default([]),
      devices: z
        .strictObject({
          publish: z.array(deviceTopic).default(["sensor/%u"]),
          subscribe: z.array(deviceTopic).default([]),
        })
        .prefault({})
        .describe("what each client with a certificate may do under its own name, which %u stands for"),
    })
    .prefault({}),
  listeners: {
    mqtt: { port: 1883, serves: "MQTT in clear text", openIn: "local", tls: false },
    mqtts: { port: 8883, serves: "MQTT over TLS", openIn: "production", tls: true },
  },
  isServed: ({ enabled }) => enabled,
  references: () => ({ host: "mosquitto", port: String(MQTT_PORT) }),
  login: (_, { rights: { mosquitto } }) =>
    mosquitto && { user: mosquitto.user, secret: mqttSecret(mosquitto.user) },
});

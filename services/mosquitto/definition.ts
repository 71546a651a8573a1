import { z } from "zod";
import { text } from "../../core/formats.ts";
import { enabled, limits, timing } from "../../site/fields.ts";
import { deviceTopic, publishedTopic, subscribedTopic } from "../../site/topics.ts";
import { defineService } from "../definition.ts";
import { outside } from "../outside.ts";
import { BRIDGE_KEY, bridgeSettings } from "./bridge-settings.ts";

/** With less the program itself leaves too little for its limits to mean anything: all that clients may hold is a part of it. */
const LEAST_MOSQUITTO_MIB = 32;

export const MQTT_PORT = 1883;

/** The user of the probe, which may read the broker's uptime and nothing else; images/mosquitto/guard knows it too. */
export const HEALTH_USER = "health";
export const MQTTS_PORT = 8883;

/** The broker's user of the roles of the backend that have none of their own; only those that name its password are given it. */
export const BACKEND_USER = "backend";

/** Name of the file in the secret store that holds an MQTT user's password. */
export const mqttSecret = (user: string) => `mqtt-${user}-password`;

/** The password before, which the guard accepts as well. */
export const formerMqttSecret = (user: string) => `${mqttSecret(user)}-former`;

/** An MQTT user name: mosquitto separates the fields of its files with ":" and the ACL with spaces. */
const mqttUserName = text(
  /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/,
  "a user name of letters, digits, dots, dashes and underscores, at most 64",
);

/** The MQTT broker. */
export const mosquitto = defineService({
  name: "mosquitto",
  speaks: "MQTT",
  settings: z
    .strictObject({
      enabled,
      // One thread: with a whole core nothing ever makes it wait for the rest of a tenth of a second.
      limits: limits(64, 1, 32, LEAST_MOSQUITTO_MIB),
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
            name: mqttUserName.describe(
              "its password is made: .exploreiot/DEPLOYMENT/secrets/mqtt-NAME-password",
            ),
            publish: z
              .array(publishedTopic)
              .default([])
              .describe("topics that it may publish to; %u is its name"),
            subscribe: z
              .array(subscribedTopic)
              .default([])
              .describe("topics that it may read; %u is its name"),
          }),
        )
        .default([])
        .describe("who may connect with a password, and what for"),
      devices: z
        .strictObject({
          publish: z
            .array(deviceTopic)
            .default(["sensor/%u", "status/%u"])
            .describe("topics that each may publish to"),
          subscribe: z.array(deviceTopic).default([]).describe("topics that each may read"),
        })
        .prefault({})
        .describe("the rights of each client with a certificate under its own name, which %u stands for"),
      bridge: bridgeSettings(MQTTS_PORT),
      outside: outside(MQTTS_PORT, {}),
    })
    .prefault({})
    .describe("the MQTT broker"),
  listeners: {
    mqtt: { port: 1883, serves: "MQTT in clear text", openIn: "local", tls: false },
    mqtts: { port: 8883, serves: "MQTT over TLS", openIn: "production", tls: true },
  },
  isServed: ({ enabled, outside }) => enabled && outside === undefined,
  whereOutside: ["enabled", "users", "outside"],
  trust: {
    file: "broker-ca.crt",
    environment: (path) => ({ MQTT_TLS: "true", MQTT_CA_CERTS: path }),
    clearText: { rule: "TLS-012", variable: "MQTT_HOST" },
  },
  references: ({ outside }) => ({
    host: outside?.host ?? "mosquitto",
    port: String(outside?.port ?? MQTT_PORT),
    scheme: outside?.tls === undefined ? "mqtt" : "mqtts",
  }),
  // Nobody outside logs in as a program does. Two passwords at a time is what the kit's own broker can.
  formerSecrets: ({ users, outside }) =>
    outside === undefined
      ? Object.fromEntries(users.map(({ name }) => [mqttSecret(name), formerMqttSecret(name)]))
      : {},
  privateKeys: ({ bridge }) => (bridge === undefined ? {} : { [BRIDGE_KEY]: "mosquitto.bridge.certificate" }),
  login: (_, { rights: { mosquitto } }) =>
    mosquitto && { user: mosquitto.user, secret: mqttSecret(mosquitto.user) },
});

import { isIP } from "node:net";
import { z } from "zod";
import { hostPort } from "../../site/fields.ts";
import { placesOfName } from "../../site/firewall.ts";
import { hostName } from "../../site/listeners.ts";
import type { Reach } from "../../site/site.ts";
import { bridgedTopic } from "../../site/topics.ts";

/** The secret that holds the private key of the bridge's certificate. */
export const BRIDGE_KEY = "mosquitto-bridge-key";

/** @param port unless a site file says otherwise */
export const bridgeSettings = (port: number) =>
  z
    .strictObject({
      host: hostName
        .refine((host) => isIP(host) !== 6, {
          error: "a host name or an IPv4 address: Mosquitto 2.0 takes no other here",
        })
        .describe("name or IPv4 address of the central broker; its certificate is for it"),
      port: hostPort.default(port).describe("where the central broker listens for MQTT over TLS"),
      ca: z
        .string()
        .min(1)
        .describe(
          "PEM file, relative to the site file, with the CA that the central broker's certificate is from",
        ),
      certificate: z
        .string()
        .min(1)
        .describe(
          `PEM file with the certificate that the central deployment issued to this site, whose name is the one in it; its key is the secret ${BRIDGE_KEY}`,
        ),
      topics: z
        .array(bridgedTopic)
        .min(1)
        .default(["sensor/+"])
        .describe("topics that are handed on, at QoS 1, each below site/NAME/"),
      receive: z
        .array(bridgedTopic)
        .default([])
        .describe(
          "topics at which the central broker may publish here; it does so below site/NAME/. Nothing else comes back",
        ),
      addresses: placesOfName,
    })
    .optional()
    .describe(
      "hands messages on to a central broker, and keeps them while it cannot be reached: docs/sites.md",
    );

export type Bridge = NonNullable<z.output<ReturnType<typeof bridgeSettings>>>;

/** The central broker as the packet filter lets containers reach it: those that are where the broker is. */
export const bridgeReach = (bridge: Bridge | undefined): readonly Reach[] =>
  bridge === undefined
    ? []
    : [
        {
          url: `tcp://${bridge.host}:${bridge.port}`,
          networks: ["broker"],
          ...(bridge.addresses === undefined ? {} : { addresses: bridge.addresses }),
        },
      ];

import { z } from "zod";
import { httpsUrl } from "../core/formats.ts";

const filePath = z.string().min(1);

/** Where the certificate of the HTTPS and MQTT listeners comes from; both serve the same one. */
const certificate = z
  .discriminatedUnion("source", [
    z.strictObject({
      source: z.literal("internal").describe("internal: issued by this deployment's own CA"),
    }),
    z.strictObject({
      source: z.literal("files").describe("files: your own PEM files"),
      certificate: filePath.describe(
        "PEM file, relative to the site file: the certificate, then its intermediates",
      ),
      key: filePath.describe("PEM file: its private key, not encrypted"),
    }),
    z.strictObject({
      source: z.literal("acme").describe("acme: from a public CA, which connects to port 443"),
      directory: httpsUrl("the URL of an ACME directory, which begins with https:")
        .default("https://acme-v02.api.letsencrypt.org/directory")
        .describe("the CA's ACME directory"),
      email: z
        .email({ error: "an e-mail address: the CA writes there when something is wrong" })
        .describe("the CA writes there when something is wrong"),
      ca: filePath
        .optional()
        .describe("PEM file of the CA behind the directory's own TLS; default: the public ones"),
    }),
  ])
  .prefault({ source: "internal" })
  .describe("where the certificate of https and mqtts comes from; both serve the same one");

export const tls = z
  .strictObject({
    certificate,
    mqttClients: z
      .enum(["passwords", "certificates"])
      .default("passwords")
      .describe(
        "how clients of the mqtts listener prove who they are; with certificates, mosquitto.users need listeners.mqtt",
      ),
  })
  .prefault({})
  .describe("how the listeners https and mqtts prove who they are, and their clients");

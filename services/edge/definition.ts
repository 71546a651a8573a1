import { z } from "zod";
import { limits, timing } from "../../site/fields.ts";
import { defineService } from "../definition.ts";

/** The end of TLS for page, API and socket. */
export const edge = defineService({
  name: "edge",
  settings: z
    .strictObject({ limits: limits(128, 1, 64), health: timing })
    .prefault({})
    .describe("what ends TLS for the https listener"),
  listeners: {
    https: { port: 443, serves: "page, API and /ws over TLS", openIn: "production", tls: true },
  },
  isServed: (_, isRouted) => isRouted,
});

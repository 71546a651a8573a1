import { z } from "zod";
import { limits, timing } from "../../site/fields.ts";
import { defineService } from "../definition.ts";
import { LEAST_EDGE_MIB } from "./memory.ts";

/** Inside its network: page and API over TLS, and what only its neighbours may ask. */
export const EDGE_PORT = 8443;
export const EDGE_METRICS_PORT = 8404;

/** Of the renewer, which answers the CA through the edge. */
export const RENEWER_PORT = 8402;

/** The end of TLS for page, API and socket. */
export const edge = defineService({
  name: "edge",
  settings: z
    .strictObject({ limits: limits(128, 1, 64, LEAST_EDGE_MIB), health: timing })
    .prefault({})
    .describe("the proxy that ends TLS for the https listener"),
  listeners: {
    https: { port: 443, serves: "page, API and /ws over TLS", openIn: "production", tls: true },
  },
  isServed: (_, isRouted) => isRouted,
  containers: ["edge", "renewer"],
  needs: ["backend", "frontend"],
});

import { z } from "zod";
import { command, healthCheck, hostPort, limits } from "../../site/fields.ts";
import { application, healthPath } from "../application/settings.ts";
import { defineService } from "../definition.ts";

/** The server of the page. */
export const frontend = defineService({
  name: "frontend",
  settings: z
    .strictObject({
      ...application("10002:10002"),
      healthPath,
      port: hostPort.default(3000).describe("port inside the container"),
      command: command.optional().describe("default: the image's own command"),
      health: healthCheck.optional().describe("how it is probed; default: GET healthPath on its port"),
      limits: limits(160, 1, 64),
    })
    .prefault({})
    .describe("the page: the reference application's, or your own image"),
  listeners: {
    frontend: { port: 3000, serves: "the page in clear text", openIn: "local", tls: false },
  },
  isBehindEdge: true,
  isServed: ({ enabled }) => enabled,
  references: ({ port }) => ({ port: String(port) }),
});

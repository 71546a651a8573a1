import { z } from "zod";
import { text } from "../../core/formats.ts";
import { hostPort, limits, pathPrefix, slug } from "../../site/fields.ts";
import { application, healthPath, MIGRATE, migration, role, volume } from "../application/settings.ts";
import { defineService } from "../definition.ts";

/** The programs that store readings and serve the API: one image in one or more roles. */
export const backend = defineService({
  name: "backend",
  settings: z
    .strictObject({
      ...application("10001:10001"),
      healthPath,
      volumes: z
        .array(
          z.strictObject({
            ...volume,
            writer: slug
              .optional()
              .describe("the role that writes to it; the others only read it. Default: all write"),
          }),
        )
        .default([]),
      port: hostPort.default(8000).describe("port inside the container"),
      pathPrefix: text(
        /^(\/[a-z0-9-]+)*$/,
        'nothing, or a path such as "/api" that does not end with "/"',
      ).default("/api"),
      upgrades: z
        .array(pathPrefix)
        .default(["/ws"])
        .describe("over https: paths, and those below, at which a connection may become a WebSocket"),
      roles: z.array(role).min(1).optional(),
      migrate: migration
        .optional()
        .describe("runs once and must exit 0 before the roles start; it owns the tables, and they do not"),
      limits: limits(192, 1, 64),
    })
    .prefault({}),
  listeners: {
    backend: { port: 8000, serves: "the API and /ws in clear text", openIn: "local", tls: false },
  },
  isBehindEdge: true,
  // Where no roles are named, the only one of an own image is published, and so is the shipped `api`.
  isServed: ({ enabled, roles }) => enabled && (roles === undefined || roles.some(({ publish }) => publish)),
  // Each role is a container called after it.
  containers: [MIGRATE],
  references: ({ port, pathPrefix }) => ({
    host: "backend",
    port: String(port),
    internalUrl: `http://backend:${port}`,
    pathPrefix,
  }),
  needs: ["mosquitto", "postgres", "redis"],
});

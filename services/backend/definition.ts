import { z } from "zod";
import { text } from "../../core/formats.ts";
import { hostPort, limits, pathPrefix, slug } from "../../site/fields.ts";
import { application, healthPath, MIGRATE, migration, role, volume } from "../application/settings.ts";
import { defineService } from "../definition.ts";

/** The key that lets a caller write, and read what is not for everybody; and the one before, while both are accepted. */
export const API_KEY = "backend-api-key";
export const FORMER_API_KEY = "backend-api-key-former";

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
        .default([])
        .describe("folders that are kept"),
      port: hostPort.default(8000).describe("port inside the container"),
      pathPrefix: text(/^(\/[a-z0-9-]+)*$/, 'nothing, or a path such as "/api" that does not end with "/"')
        .default("/api")
        .describe("the first part of every path of the API"),
      upgrades: z
        .array(pathPrefix)
        .default(["/ws"])
        .describe("over https: paths, and those below, at which a connection may become a WebSocket"),
      roles: z
        .array(role)
        .min(1)
        .optional()
        .describe("the programs of its image, a container each; default: one that is published"),
      migrate: migration
        .optional()
        .describe("runs once and must exit 0 before the roles start; it owns the tables, and they do not"),
      limits: limits(192, 1, 64),
    })
    .prefault({})
    .describe(
      "the service that stores readings and serves the API and /ws: the reference application, or your own image",
    ),
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
  formerSecrets: () => ({ [API_KEY]: FORMER_API_KEY }),
  needs: ["mosquitto", "postgres", "redis"],
});

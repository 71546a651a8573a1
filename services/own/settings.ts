import { z } from "zod";
import { text } from "../../core/formats.ts";
import {
  allowance,
  command,
  healthCheck,
  hostPort,
  limits,
  numericUser,
  pathPrefix,
  slug,
} from "../../site/fields.ts";
import { hostName, listenerFields } from "../../site/listeners.ts";
import { application, brokerUser } from "../application/settings.ts";

const ROOT = "0:0";

/** An empty one would be all keys, those of the application among them. */
const OWN_PREFIX = text(/^[a-z0-9-]+:$/, 'lower-case letters, digits and dashes, then ":"');

const upgrades = z
  .array(pathPrefix)
  .default([])
  .describe("over TLS: paths, and those below, at which a connection may become a WebSocket");

const route = z
  .strictObject({
    host: hostName
      .optional()
      .describe("a name of its own, which no other page shares; default: those of the deployment"),
    path: pathPrefix.optional().describe("this path and all below it; default, with a host: every path"),
    stripPrefix: z.boolean().default(false).describe("the service sees paths without `path`"),
    upgrades,
  })
  .refine(({ host, path }) => host !== undefined || path !== undefined, {
    error: "a path, a host of its own, or both",
  });

/** A service of the user's own, as a site file says it. */
const ownService = z.strictObject({
  ...application("10003:10003", "one of image and build"),
  user: z
    .union([numericUser, z.literal(ROOT)], {
      error: `a numeric user and group such as "10003:10003"; "${ROOT}" (root) with allow.root`,
    })
    .default("10003:10003")
    .describe('numeric user and group that it runs as; "0:0" needs allow.root'),
  command: command.optional().describe("default: the image's own command"),
  port: hostPort.optional().describe("port inside the container"),
  health: healthCheck.optional().describe("how it is probed; every service but a job needs one"),
  limits: limits(128, 0.5, 64),
  networks: z
    .array(z.enum(["edge", "broker", "data"]))
    .default([])
    .describe("besides those that its listener, its routes and its logins need"),
  listener: z
    .strictObject({
      ...listenerFields,
      port: hostPort.describe("port on the host"),
      tls: z.boolean().default(false).describe("the edge ends TLS with the deployment's certificate"),
      protocol: z
        .enum(["http", "tcp"])
        .default("http")
        .describe(
          "inside TLS. http: the edge judges each request; tcp: it passes on what comes, as it comes",
        ),
      upgrades,
    })
    .optional()
    .describe("a port of its own on the host"),
  routes: z.array(route).default([]).describe("the routes from the https listener to it"),
  mqtt: brokerUser.optional(),
  database: z
    .enum(["own", "read", "monitor"])
    .optional()
    .describe(
      "own: a database of its own; read: every table of the application's, to read; monitor: what PostgreSQL measures of itself, and no table",
    ),
  redis: z
    .strictObject({
      keyPrefix: OWN_PREFIX.optional().describe("default: the service's name and a colon"),
      monitor: z.literal(true).optional().describe("no keys and no channels: INFO alone"),
    })
    .refine(({ keyPrefix, monitor }) => keyPrefix === undefined || monitor === undefined, {
      error: "keyPrefix or monitor: who only measures has no keys",
    })
    .optional()
    .describe("a user of its own at Redis, which reaches these keys and channels only"),
  job: z.boolean().default(false).describe("runs once, and has to exit 0 before what waits for it starts"),
  after: z
    .array(slug)
    .default([])
    .describe("services that have to be up before it, or done; the stores that it logs in to are anyway"),
  allow: z
    .strictObject({
      root: allowance.describe('user "0:0"'),
      writableRoot: allowance.describe("the image's own files can be changed while it runs"),
      clearText: allowance.describe("a listener without TLS beyond loopback, in environment production"),
      tag: allowance.describe("an image by its tag, which may be another one tomorrow"),
      origin: allowance.describe("an image by its tag that is none of Docker's official ones"),
    })
    .prefault({})
    .describe(
      "things that the image cannot do without, each with a reason and a day on which the exception ends",
    ),
});

/** It names an image and a host as well. */
const serviceName = slug.refine((name) => !name.endsWith("-"), {
  error: "a name that ends with a letter or a digit",
});

export const ownServices = z
  .record(serviceName, ownService)
  .default({})
  .describe("services of your own, by name");

export type OwnService = z.output<typeof ownService>;

import { z } from "zod";
import {
  absolutePath,
  argumentName,
  databaseName,
  databaseOwner,
  httpUrl,
  imageReference,
  registryAddress,
  text,
  webOrigin,
} from "../core/formats.ts";
import { firewall } from "../site/firewall.ts";
import { LISTENER_PORT } from "../site/listener-ports.ts";
import { policySettings } from "../site/policy-settings.ts";
import { state } from "../site/state.ts";
import { tls } from "../site/tls.ts";
import { deviceTopic, publishedTopic, readingsTopic, statusTopic, subscribedTopic } from "../site/topics.ts";

/** Lower-case name that is safe in container, network, volume and file names. */
const slug = text(
  /^[a-z][a-z0-9-]{0,19}$/,
  "a name of 1 to 20 lower-case letters, digits and dashes that begins with a letter",
);
const environmentName = text(
  /^[A-Z][A-Z0-9_]*$/,
  "an environment variable name: upper-case letters, digits and underscores",
);
/** Goes into the request line of a probe, which a shell prints: nothing that either would read in its own way. */
const urlPath = text(/^\/[A-Za-z0-9._~/?&=-]*$/, 'a path such as "/healthz", without spaces and quotes');
const numericUser = text(
  /^[1-9][0-9]{0,9}:[1-9][0-9]{0,9}$/,
  'a numeric user and group such as "10001:10001", neither of them 0 (root)',
);
const hostPort = z.int().min(1).max(65535);
const command = z.array(z.string().min(1)).min(1);

/** An MQTT user name: mosquitto separates the fields of its files with ":" and the ACL with spaces. */
const mqttUserName = text(
  /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/,
  "a user name of letters, digits, dots, dashes and underscores, at most 64",
);

const hostName = z.union(
  [
    // Browsers take a name that ends in a number for an address, and keep a final dot.
    z.hostname().regex(/(?:^|\.)(?!\d+$|0[xX][0-9A-Fa-f]*$)[^.]+$/),
    z.ipv4(),
    z.ipv6(),
  ],
  { error: "a host name or an IP address, without port" },
);

const BIND_ADDRESS =
  '"loopback" (this machine only), "lan" (every IPv4 address) or one IP address of this machine, of either family';
const bindAddress = z
  .union([z.enum(["loopback", "lan"]), z.ipv4(), z.ipv6()], { error: BIND_ADDRESS })
  // No machine has such an address, or there is one on each of its links.
  .refine((address) => !/^(0\.(?!0\.0\.0$)|22[4-9]\.|2[345]\d\.|ff|fe[89ab])/i.test(address), {
    error: BIND_ADDRESS,
  });

const listener = (name: keyof typeof LISTENER_PORT, serves: string) =>
  z
    .strictObject({
      enabled: z.boolean().default(true),
      port: hostPort.default(LISTENER_PORT[name]).describe("port on the host"),
      bind: bindAddress.optional().describe("address to listen on; default: the deployment's `bind`"),
      connectionsPerSource: z
        .int()
        .min(1)
        .max(65_535)
        .optional()
        .describe(
          "open connections of one IPv4 address or IPv6 /64; default: 100, for MQTT 1/52 of what the broker can hold",
        ),
    })
    .optional()
    .describe(serves);

const subnets = z
  .strictObject({
    ipv4: z
      .cidrv4({ error: 'an IPv4 subnet such as "172.30.1.0/24"' })
      .optional()
      .describe("default: the engine picks a free one"),
    ipv6: z
      .cidrv6({ error: 'an IPv6 subnet such as "fd00:30:1::/64"' })
      .optional()
      .describe("default: no IPv6 on this network; needs ipv4 as well"),
  })
  .prefault({});

/** The engine's own least. */
const LEAST_MEMORY_MIB = 6;

/** PostgreSQL 15 makes its cluster with 40 MiB and is killed for memory with 32 (measured). */
const LEAST_POSTGRES_MIB = 48;

const memoryMiB = (least = LEAST_MEMORY_MIB) =>
  z.int().min(least).max(1_048_576).describe(`MiB; ${least} or more`);

const limitFields = {
  memoryMiB: memoryMiB(),
  cpus: z.number().min(0.05).max(512),
  pids: z.int().min(8).max(32768).describe("processes and threads (compose engine only)"),
};

/**
 * What one container may use. Docker kills it above `memoryMiB`; there is no swap on top.
 *
 * @param least what the service cannot do without, in MiB
 */
const limits = (memory: number, cpus: number, pids: number, least?: number) =>
  z
    .strictObject({
      memoryMiB: memoryMiB(least).default(memory),
      cpus: limitFields.cpus.default(cpus),
      pids: limitFields.pids.default(pids),
    })
    .prefault({});

const enabled = z.boolean().default(true);

/** When a service is asked whether it works. The defaults depend on the environment: a server is asked less often. */
const healthTiming = {
  startPeriodSeconds: z.int().min(0).max(3600).optional().describe("how long a start may take; default: 30"),
  intervalSeconds: z
    .int()
    .min(1)
    .max(300)
    .optional()
    .describe("between two probes; default: 2, in production 10"),
  timeoutSeconds: z.int().min(1).max(60).optional().describe("for one answer; default: 3"),
  retries: z
    .int()
    .min(1)
    .max(30)
    .optional()
    .describe("failed probes in a row until it is unhealthy; default: 5, in production 3"),
};

const timing = z
  .strictObject(healthTiming)
  .optional()
  .describe("when it is probed, and how long a start may take");

const processName = text(
  /^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/,
  "the name of a program or script, without a path",
);

const healthCheck = z
  .strictObject({
    path: urlPath.optional().describe("a GET is answered with 2xx or 3xx when the service works"),
    command: command.optional().describe("a program of the image that exits 0 when the service works"),
    process: processName
      .optional()
      .describe("for a service without HTTP: a process with this name, as a program or an argument, runs"),
    ...healthTiming,
  })
  .refine(({ path, command, process }) => [path, command, process].filter(Boolean).length < 2, {
    error: "one of path, command and process",
  });

const environment = z
  .record(environmentName, z.string())
  .default({})
  .describe("plain values; {postgres.host} and the like are filled in");

const secrets = z
  .record(
    environmentName,
    z.strictObject({
      value: z.string().min(1).describe('for example "{postgres.password}" or "{secret.session-key}"'),
      as: z
        .enum(["file", "variable"])
        .default("file")
        .describe("file: NAME_FILE names a file; variable: exported at start, for images that know no files"),
    }),
  )
  .default({});

/** What one program of the backend is given by itself: laid over what all of them share. */
const roleSettings = {
  environment,
  secrets,
  limits: z
    .strictObject(limitFields)
    .partial()
    .optional()
    .describe("default: the backend's limits, each that is not named here"),
  networks: z
    .array(z.enum(["broker", "data"]))
    .min(1)
    .optional()
    .describe("which of broker and data it joins; default: both. A published role is on edge as well"),
};

const role = z.strictObject({
  name: slug,
  command: command.optional().describe("default: the image's own command"),
  replicas: z.int().min(1).max(16).default(1),
  publish: z.boolean().default(false).describe("whether the backend listener leads to this role"),
  health: healthCheck
    .optional()
    .describe("how it is probed; default: GET healthPath on the application's port"),
  ...roleSettings,
});

const migration = z.strictObject({ command, ...roleSettings });

const buildContext = z.strictObject({
  context: z.string().min(1).describe("folder, relative to the site file"),
  dockerfile: z.string().min(1).optional().describe("default: Dockerfile in the context"),
  args: z
    .record(argumentName, z.string())
    .optional()
    .describe(
      "build arguments, never secrets; {exploreiot/base}, {backend.publicUrl} and the like are filled in",
    ),
});

/** Fields that every deployable application has; the frontend and the backend add their own. */
const application = (user: string) => ({
  enabled,
  image: imageReference.optional().describe("any image reference; default: the kit's reference application"),
  build: buildContext.optional().describe("build this context instead of using `image`"),
  user: numericUser.default(user),
  healthPath: urlPath.default("/healthz"),
  environment,
  secrets,
  tmpfs: z
    .array(z.strictObject({ path: absolutePath, sizeMiB: z.int().min(1).max(4096).default(16) }))
    .default([{ path: "/tmp", sizeMiB: 16 }]),
  volumes: z.array(z.strictObject({ name: slug, path: absolutePath })).default([]),
});

export const deploymentSchema = z.strictObject({
  name: slug.describe("names every container, network and volume of this deployment"),
  environment: z.enum(["local", "production"]).default("local"),
  bind: bindAddress.default("loopback"),
  hosts: z
    .array(hostName)
    .min(1)
    // As words of one line of haproxy.cfg, which takes 64.
    .max(50)
    .optional()
    .describe("names and addresses users type; default for loopback: localhost, 127.0.0.1"),
  listeners: z
    .strictObject({
      frontend: listener("frontend", "the page in clear text; default: open in environment local only"),
      backend: listener("backend", "the API and /ws in clear text; default: open in environment local only"),
      mqtt: listener("mqtt", "MQTT in clear text; default: open in environment local only"),
      https: listener("https", "page, API and /ws over TLS; default: open in environment production only"),
      mqtts: listener("mqtts", "MQTT over TLS; default: open in environment production only"),
    })
    .prefault({}),
  tls,
  firewall,
  state: state.describe("where Terraform keeps its state; credentials come from the environment"),
  networks: z.strictObject({ edge: subnets, broker: subnets, data: subnets }).prefault({}),
  images: z
    .strictObject({
      source: z.enum(["auto", "packages", "registry"]).default("auto"),
      registryMirror: registryAddress.optional().describe("host[/path] in front of every upstream image"),
      debianMirror: httpUrl('a URL such as "http://deb.debian.org/debian"').optional(),
    })
    .prefault({}),
  http: z
    .strictObject({
      corsOrigins: z.array(webOrigin).default([]).describe("besides the frontend's own addresses"),
      rateLimitPerMinute: z
        .int()
        .min(0)
        .max(1_000_000)
        .default(600)
        .describe("requests per client; 0 = none"),
      maxBodyBytes: z
        .int()
        .min(1024)
        .max(1_073_741_824)
        .default(1_048_576)
        .describe("over https: the largest request body"),
      stripPrefix: z
        .boolean()
        .default(false)
        .describe("over https: the backend sees paths without backend.pathPrefix"),
      openWrites: z
        .boolean()
        .optional()
        .describe("writing without a key; default: only in environment local"),
    })
    .prefault({}),
  edge: z
    .strictObject({ limits: limits(128, 1, 64), health: timing })
    .prefault({})
    .describe("what ends TLS for the https listener"),
  topics: z
    .strictObject({
      readings: readingsTopic.default("sensor/+"),
      status: statusTopic.default("status/backend"),
    })
    .prefault({}),
  mosquitto: z
    .strictObject({
      enabled,
      limits: limits(64, 0.5, 32),
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
  postgres: z
    .strictObject({
      enabled,
      database: databaseName.default("exploreiot"),
      user: databaseOwner
        .default("exploreiot")
        .describe("owns the tables; each role logs in as a user of its own, called USER_ROLE"),
      tls: z
        .boolean()
        .default(false)
        .describe("clients must use TLS and check the certificate, from a CA that this deployment makes"),
      limits: limits(256, 1, 128, LEAST_POSTGRES_MIB),
      health: timing,
    })
    .prefault({}),
  redis: z
    .strictObject({
      enabled,
      limits: limits(64, 0.5, 32),
      health: timing,
      memoryPolicy: z
        .enum(["noeviction", "allkeys-lru", "allkeys-lfu", "volatile-lru", "volatile-lfu", "volatile-ttl"])
        .default("noeviction"),
      keyPrefix: text(/^[a-z0-9-]*:?$/, 'lower-case letters, digits and dashes, then ":"')
        .default("exploreiot:")
        .describe("the application's user reaches these keys and channels only; empty = all"),
    })
    .prefault({}),
  backend: z
    .strictObject({
      ...application("10001:10001"),
      port: hostPort.default(8000).describe("port inside the container"),
      pathPrefix: text(
        /^(\/[a-z0-9-]+)*$/,
        'nothing, or a path such as "/api" that does not end with "/"',
      ).default("/api"),
      roles: z.array(role).min(1).optional(),
      migrate: migration
        .optional()
        .describe("runs once and must exit 0 before the roles start; it owns the tables, and they do not"),
      limits: limits(192, 1, 64),
    })
    .prefault({}),
  frontend: z
    .strictObject({
      ...application("10002:10002"),
      port: hostPort.default(3000).describe("port inside the container"),
      command: command.optional().describe("default: the image's own command"),
      health: healthCheck.optional().describe("how it is probed; default: GET healthPath on its port"),
      limits: limits(160, 1, 64),
    })
    .prefault({}),
  policies: policySettings,
  $schema: z.string().optional().describe("where editors find the JSON Schema of this file"),
});

/** A deployment as people write it: everything but the name may be left out. */
export type DeploymentInput = z.input<typeof deploymentSchema>;

/** A deployment with every default filled in, before the reference application is. */
export type ParsedDeployment = z.output<typeof deploymentSchema>;

export type Subnets = ParsedDeployment["networks"]["edge"];
export type Limits = ParsedDeployment["redis"]["limits"];
export type Role = z.output<typeof role>;
export type Migration = z.output<typeof migration>;
export type InnerNetwork = NonNullable<Role["networks"]>[number];
export type HealthCheck = z.output<typeof healthCheck>;
export type HealthTiming = NonNullable<z.output<typeof timing>>;
export type BuildContext = z.output<typeof buildContext>;
export type NetworkName = keyof ParsedDeployment["networks"];
export type ListenerName = keyof ParsedDeployment["listeners"];

/** JSON Schema (2020-12) of a site file, for completion in editors. */
export function siteJsonSchema(): Record<string, unknown> {
  return { title: "ExploreIOT deployment", ...z.toJSONSchema(deploymentSchema, { io: "input" }) };
}

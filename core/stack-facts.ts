import { z } from "zod";
import { UserError } from "./errors.ts";
import type { Origin } from "./secret-text.ts";

/**
 * Facts that the constructs know of a deployment and that its resources do not say. They stand once in the synthesized JSON, as
 * `"//".exploreiot` of the stack and of each container, where Terraform reads nothing; runners, `render` and policies
 * read them there. All that a resource says itself, such as the ports that it publishes, is read from the resource: an
 * `addOverride` changes that and not the facts.
 *
 * A change that an older reader would misunderstand gets a new version.
 */
const VERSION = 1;

const openListener = z.object({
  listener: z.string(),
  address: z.string(),
  port: z.int(),
  protocol: z.literal("tcp"),
  tls: z.boolean(),
});

const database = z.object({ name: z.string(), owner: z.string() });

const stackFacts = z.object({
  version: z.literal(VERSION),
  deployment: z.string(),

  /** How the stack is judged: `{ stopAt, waivers }`, which the judges check. */
  policies: z.unknown(),
  listeners: z.array(openListener).readonly(),

  /** The application's, and who owns it. */
  database: database.exactOptional(),

  /** Those that services have for themselves. @default - none */
  ownDatabases: z.array(database).readonly().exactOptional(),

  /** Servers that somebody else runs, in place of containers, each by the name of its service. @default - none */
  outside: z
    .array(
      z.object({
        service: z.string(),

        /** For people: `MQTT`. */
        speaks: z.string(),
        host: z.string(),
        port: z.int(),

        /** PEM of the CA that its certificate is from. @default - clear text */
        ca: z.string().exactOptional(),
      }),
    )
    .readonly()
    .exactOptional(),

  /** Where the broker hands messages on. @default - nowhere */
  bridge: z
    .object({
      /** As what the central broker knows this one. */
      site: z.string(),
      host: z.string(),
      port: z.int(),

      /** The topic at which the broker says whether it is connected: 1 or 0. */
      state: z.string(),

      /** The client at this broker whose messages wait for the central one. */
      client: z.string(),
    })
    .exactOptional(),

  /** The table in the kernel; rules that are not confirmed within `confirmSeconds` are taken back, 0 means never. */
  firewall: z
    .object({ table: z.string(), scope: z.enum(["containers", "host"]), confirmSeconds: z.int() })
    .exactOptional(),

  /** How it is realised on Docker Swarm; absent where an earlier version of the kit wrote the JSON. */
  swarm: z
    .object({
      encrypted: z.boolean(),
      endpointMode: z.enum(["vip", "dnsrr"]),

      /** Where the nodes pull images from. @default - each node has them already */
      registry: z.string().exactOptional(),

      /** Addresses of all nodes. */
      nodes: z.array(z.string()).readonly(),

      /** Where the engines of nodes are, by host name; certificates from the folder of the stack. @default - as the manager's */
      engines: z
        .record(z.string(), z.object({ host: z.string(), certificates: z.string().exactOptional() }))
        .readonly()
        .exactOptional(),
    })
    .exactOptional(),

  /** Facts that can make a production deploy fail; absent elsewhere. */
  preflight: z
    .object({
      /** Names and addresses that users type. */
      hosts: z.array(z.string()).readonly(),
      /** Whether a public CA will look for this deployment at those names. */
      issued: z.boolean(),
      /** Day of the images' packages, `2026-11-22`: no right clock is before it. */
      builtOn: z.string(),
    })
    .exactOptional(),
});

const origin: z.ZodType<Origin> = z.union([
  z.array(
    z.union([
      z.string(),
      z.object({ secret: z.string(), as: z.enum(["value", "url", "mosquitto", "redis"]) }),
    ]),
  ),
  z.object({
    pair: z.string(),
    name: z.string(),
    subject: z.string(),
    hosts: z.array(z.string()),
    authority: z.string().exactOptional(),
  }),
  z.object({ authority: z.string() }),
]);

const connection = z.object({
  /** A name of the other on a network of both; any other name is that of somebody outside of the deployment. */
  to: z.string(),
  port: z.int(),

  /** For people: `MQTT`. */
  speaks: z.string(),

  /** Which way data goes. */
  way: z.enum(["to", "from", "both"]),

  /** Data that goes that way: topics of MQTT. @default - all that the protocol carries */
  topics: z.array(z.string()).readonly().exactOptional(),
});

const containerFacts = z.object({
  /** The purpose of a service: the name of its definition. Absent for a container that runs once and ends. */
  kind: z.string().exactOptional(),

  /** The open listeners that lead here, each with the port inside. */
  listeners: z.array(z.object({ listener: z.string(), internal: z.int() })).readonly(),

  /** Whom it connects to, as far as the kit arranges it: by a login or a route. @default - nobody */
  connects: z.array(connection).readonly().exactOptional(),

  /** The setting that its limits come from, such as `redis.limits`. @default - they are the kit's own */
  limitsAt: z.string().exactOptional(),

  /** A volume whose files only one version of the service reads, and those that earlier versions of the kit filled. */
  versioned: z
    .object({
      version: z.int(),
      volume: z.string(),
      /** Newest first, each with the address that Terraform had it under. */
      former: z.array(z.object({ version: z.int(), volume: z.string(), address: z.string() })).readonly(),
    })
    .exactOptional(),

  /** Where files that it is given are in its volume, by their path here. @default - at the same place below the volume */
  places: z.record(z.string(), z.string()).exactOptional(),

  /** Whether all that it does is to give an empty volume to the user of those who write to it. */
  givesVolume: z.literal(true).exactOptional(),

  /** How a server makes each secret file that is delivered, by the file's path. */
  origins: z.record(z.string(), origin),
});

export type StackFacts = z.output<typeof stackFacts>;
export type OutsideServer = NonNullable<StackFacts["outside"]>[number];
export type ContainerFacts = z.output<typeof containerFacts>;
export type Connection = z.output<typeof connection>;

/** The facts of a stack as they are written into its JSON. */
export const factsOf = (facts: Omit<StackFacts, "version">): StackFacts => ({ version: VERSION, ...facts });

/**
 * The facts that a synthesized JSON states; undefined where the kit did not write it.
 *
 * @param json the value of the stack
 * @param where what an error names
 * @throws UserError for facts of another version, and for damaged ones
 */
export function readStackFacts(json: unknown, where: string): StackFacts | undefined {
  const facts = stated(json);
  // Foreign JSON may say there how it is judged, and no more.
  if (typeof facts !== "object" || facts === null || !("version" in facts)) return undefined;
  if (facts.version !== VERSION)
    throw new UserError(
      `${where}: "//".exploreiot.version: got ${JSON.stringify(facts.version)}; allowed: ${VERSION}, the only one that this version of the kit reads`,
      "synthesize the stack again with this version, or use the one that wrote it",
    );
  return parsed(stackFacts, facts, where);
}

/**
 * The facts that the JSON of a container states; undefined where the kit did not declare it.
 *
 * @throws UserError for damaged ones
 */
export function readContainerFacts(json: unknown, where: string): ContainerFacts | undefined {
  const facts = stated(json);
  return facts === undefined ? undefined : parsed(containerFacts, facts, where);
}

const comment = z.looseObject({ "//": z.looseObject({ exploreiot: z.unknown() }) });

const stated = (json: unknown): unknown => {
  const { success, data } = comment.safeParse(json);
  return success ? data["//"].exploreiot : undefined;
};

function parsed<T>(shape: z.ZodType<T>, facts: unknown, where: string): T {
  const { success, data, error } = shape.safeParse(facts);
  if (success) return data;
  const [issue] = error.issues;
  throw new UserError(
    `${where}: "//".exploreiot${["", ...(issue?.path ?? [])].join(".")}: ${issue?.message}`,
    "synthesize the stack again",
  );
}

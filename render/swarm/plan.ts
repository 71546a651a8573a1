import { createHash } from "node:crypto";
import ipaddr from "ipaddr.js";
import { PROBE_FOLDER } from "../../core/container-folders.ts";
import { dataOf } from "../../core/data.ts";
import { UserError } from "../../core/errors.ts";
import { composeProject, roleOf } from "../../core/labels.ts";
import type { ContainerFacts, StackFacts } from "../../core/stack-facts.ts";
import type { ContainerSpec, Stack } from "../../runners/stack.ts";
import { containerFacts } from "../facts.ts";
import type { Delivery, Model } from "../model.ts";
import { configPath } from "../paths.ts";

/** A file of a service: a config with its text in the name, or a secret whose name has a hash that only the server can make. */
export interface SwarmFile {
  readonly kind: "config" | "secret";

  /** How the stack file calls it. */
  readonly key: string;

  /** Of the object in the swarm; `<VARIABLE>` stands for the server's part. */
  readonly name: string;

  /** In the rendered folder. @default - start.sh makes the object */
  readonly source?: string;

  readonly target: string;

  /** Everyone may run the probe; everything else is its reader's alone. */
  readonly mode: 0o400 | 0o555;
}

/** A container of the JSON as a service of the swarm. */
export interface SwarmService {
  readonly container: ContainerSpec;

  /** Of the swarm: `exploreiot-local_api`. */
  readonly name: string;

  /** From 1: those of a stage start when all of the stages before are healthy, or done. */
  readonly stage: number;

  /** On the node that has the data: it has some, or clients know the address of that node. */
  readonly pinned: boolean;

  /** Two at a time would fight for a port of the machine, for data, or for a session of the broker. */
  readonly order: "start-first" | "stop-first";

  readonly files: readonly SwarmFile[];

  /** Volumes that stay volumes: data, and what a job prepares for it. */
  readonly volumes: ContainerSpec["volumes"];

  /** Folders of data that no other service writes to: a new task waits there for the end of the one of before. */
  readonly alone: readonly string[];

  readonly environment: readonly string[] | undefined;
}

/** A deployment as a stack of Docker Swarm. */
export interface SwarmPlan {
  readonly model: Model;
  readonly settings: NonNullable<StackFacts["swarm"]>;
  readonly project: string;

  /** By stage. */
  readonly services: readonly SwarmService[];

  /** Image of the program that probes, and the config that start.sh makes of it. @default - nothing is probed by it */
  readonly probe?: { readonly image: string; readonly config: string };
}

/** The images of which a swarm starts containers; those that deliver files are of one machine alone. */
export function swarmImages({ model, services, probe }: SwarmPlan): readonly string[] {
  const used = new Set([...services.map(({ container }) => container.image), probe?.image]);
  return model.stack.images.filter((image) => used.has(image));
}

/** More addresses than that are no list in an environment variable. */
const MOST_ADDRESSES = 256;

/**
 * The form of each container on a swarm.
 *
 * @throws UserError that names everything that a swarm cannot keep, and what to do
 */
export function possibleSwarm(model: Model): SwarmPlan {
  const problems = swarmProblems(model.stack);
  if (problems.length === 0) return swarmPlan(model);
  throw new UserError(`${model.stack.name} cannot be a stack of Docker Swarm as it is`, ...problems);
}

/** The same, also of a deployment that cannot be one: for who compares. */
export function swarmPlan(model: Model): SwarmPlan {
  const { stack } = model;
  const facts = containerFacts(stack);
  if (stack.swarm === undefined)
    throw new UserError(
      `${stack.folder}: does not say how it is realised on a swarm`,
      "synthesize the stack again",
    );
  const sources = new Map(
    model.deliveries.flatMap((delivery) =>
      delivery.container.volumes.map(({ name }) => [name, delivery] as const),
    ),
  );
  const probeJob = stack.containers.find(
    ({ job, uploads, volumes }) =>
      job && uploads.length === 0 && volumes.some(({ path }) => path === PROBE_FOLDER),
  );
  const project = composeProject(stack.name);
  const probe =
    probeJob === undefined ? undefined : { image: probeJob.image, config: probeConfig(project, probeJob) };
  const filled = new Set([...sources.keys(), ...(probeJob?.volumes ?? []).map(({ name }) => name)]);
  const gone = new Set([...model.deliveries.map(({ container }) => container.name), probeJob?.name]);
  const kept = stack.containers.filter(({ name }) => !gone.has(name));
  const writes = (name: string) => (container: ContainerSpec) =>
    !container.job && container.volumes.some((volume) => volume.name === name && !volume.readOnly);
  const services = kept.map((container): SwarmService => {
    const volumes = container.volumes.filter(({ name }) => !filled.has(name));
    const alone =
      probe === undefined || container.job
        ? []
        : volumes.filter(({ name, readOnly }) => !readOnly && kept.filter(writes(name)).length === 1);
    const own = facts.get(container.name) ?? {};
    return {
      container,
      name: `${project}_${roleOf(container)}`,
      stage: stageOf(container, stack, gone),
      pinned: volumes.length > 0 || (container.block.ports ?? []).length > 0,
      order: stopsFirst(container, volumes, own) ? "stop-first" : "start-first",
      files: container.volumes.flatMap(({ name, path }) => [
        ...filesOf(sources.get(name), path, container, facts, project),
        ...(probe !== undefined && path === PROBE_FOLDER ? [probeFile(probe.config)] : []),
      ]),
      volumes,
      alone: alone.map(({ path }) => path),
      environment: withNetworks(container.block.env, stack),
    };
  });
  return {
    model,
    settings: stack.swarm,
    project,
    services: services.toSorted((one, other) => one.stage - other.stage),
    ...(probe === undefined ? {} : { probe }),
  };
}

type Facts = ReadonlyMap<string, Partial<ContainerFacts>>;

const stopsFirst = (
  { job, block }: ContainerSpec,
  volumes: readonly unknown[],
  { connects = [] }: Partial<ContainerFacts>,
): boolean =>
  job ||
  volumes.length > 0 ||
  (block.ports ?? []).length > 0 ||
  // A broker ends the session of a client when another one with its name comes.
  connects.some(({ speaks }) => speaks === "MQTT");

/** The guarantees that a swarm cannot keep, one line each with what to do. */
export function swarmProblems(stack: Stack): readonly string[] {
  const facts = containerFacts(stack);
  const filled = new Set(
    stack.containers.flatMap(({ uploads, volumes }) =>
      uploads.length > 0 ? volumes.map(({ name }) => name) : [],
    ),
  );
  const dynamic = dataOf(stack.containers).filter((name) => filled.has(name));
  const problems = stack.containers.flatMap((container) => {
    const role = roleOf(container);
    const { block, volumes } = container;
    return [
      ...(block.ports ?? [])
        .filter(({ ip }) => !["0.0.0.0", "::"].includes(ip))
        .map(
          ({ ip, external }) =>
            `${role}: port ${external} would be open on every address of its node, not on ${ip} alone; set bind: lan, or shut the listener`,
        ),
      ...(block.network_mode === undefined || block.network_mode === "none"
        ? []
        : [
            `${role}: a service of a swarm has no network of its node; ${facts.get(container.name)?.kind === "firewall" ? "set firewall.enabled: false, and close the nodes by rules of your own (docs/swarm.md)" : "give it networks of the deployment"}`,
          ]),
      ...volumes
        .filter(({ name, readOnly }) => !readOnly && !container.job && dynamic.includes(name))
        .map(
          () =>
            `${role}: it renews certificates by ACME in files that other services read, and files of a swarm are secrets, which nothing changes; set tls.certificate.source to internal or files`,
        ),
      ...container.networks
        .filter(({ address }) => address !== undefined)
        .flatMap(({ name }) => tooWide(name, stack)),
    ];
  });
  return [...new Set(problems)];
}

function tooWide(network: string, { networks }: Stack): readonly string[] {
  const subnet = subnetOf(network, networks);
  const length = subnet === undefined ? 0 : ipaddr.parseCIDR(subnet)[1];
  return 2 ** (32 - length) <= MOST_ADDRESSES
    ? []
    : [
        `${network}: applications would have to believe every address of ${subnet ?? "it"}; write a subnet of at most ${MOST_ADDRESSES} addresses`,
      ];
}

/** Its place in the order of starts: after all that it waits for, over those that are no services here. */
function stageOf(container: ContainerSpec, stack: Stack, gone: ReadonlySet<string | undefined>): number {
  const before = container.dependsOn.flatMap((name) => {
    const other = stack.containers.find((one) => one.name === name);
    return other === undefined ? [] : [stageOf(other, stack, gone)];
  });
  return Math.max(0, ...before) + (gone.has(container.name) ? 0 : 1);
}

/** Each file of a delivery at the place where the service that reads it looks. */
function filesOf(
  delivery: Delivery | undefined,
  folder: string,
  reader: ContainerSpec,
  facts: Facts,
  project: string,
): readonly SwarmFile[] {
  if (delivery === undefined) return [];
  const { places = {} } = facts.get(delivery.container.name) ?? {};
  const shared = (file: string) => {
    const place = places[file] ?? file.replace(/^\/incoming\//, "");
    const key = `${roleOf(reader)}-${delivery.role}-${place}`.replaceAll(/[^A-Za-z0-9-]+/g, "-");
    return { key, target: `${folder}/${place}`, mode: 0o400 } as const;
  };
  return [
    ...delivery.public.map((upload): SwarmFile => {
      const { key, ...rest } = shared(upload.file);
      const name = objectName(project, key, sha256(upload.content).slice(0, 12));
      return { kind: "config", key, name, source: `./${configPath(delivery.role, upload)}`, ...rest };
    }),
    ...delivery.secret.map(({ path, file }): SwarmFile => {
      const { key, ...rest } = shared(file);
      return {
        kind: "secret",
        key,
        name: objectName(project, key, `<${delivery.variable}>`),
        source: `./${path}`,
        ...rest,
      };
    }),
  ];
}

const probeFile = (name: string): SwarmFile => ({
  ...{ kind: "config", key: "probe", name, target: `${PROBE_FOLDER}/probe`, mode: 0o555 },
});

const probeConfig = (project: string, { image }: ContainerSpec): string =>
  objectName(project, "probe", sha256(image).slice(0, 12));

/** At most 64 characters with a version of 12: what a person can read of it is cut, and a hash of the rest keeps it apart. */
function objectName(project: string, key: string, version: string): string {
  const readable = `${project.replace(/^exploreiot-/, "")}-${key}`.slice(0, 42).replace(/-+$/, "");
  return `${readable}-${sha256(`${project} ${key}`).slice(0, 8)}-${version}`;
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/**
 * A swarm gives no fixed addresses: who believes one has to believe all that the network can give, as a list.
 */
function withNetworks(env: ContainerSpec["block"]["env"], { containers, networks }: Stack) {
  const fixed = new Map(
    containers.flatMap((container) =>
      container.networks.flatMap(({ name, address }) =>
        address === undefined ? [] : [[address, name] as const],
      ),
    ),
  );
  return env?.map((entry) => {
    const [variable, value = ""] = entry.split(/=(.*)/s);
    const network = fixed.get(value);
    const subnet = network === undefined ? undefined : subnetOf(network, networks);
    return subnet === undefined ? entry : `${variable}=${addressesOf(subnet).join(",")}`;
  });
}

const subnetOf = (network: string, networks: Stack["networks"]): string | undefined =>
  networks.find(({ name }) => name === network)?.subnets.find(({ subnet }) => !subnet.includes(":"))?.subnet;

/** All addresses that something on the subnet can have. */
function addressesOf(subnet: string): readonly string[] {
  const [, length] = ipaddr.parseCIDR(subnet);
  const first = ipaddr.IPv4.networkAddressFromCIDR(subnet).toByteArray();
  const number = first.reduce((all, byte) => all * 256 + byte, 0);
  return Array.from({ length: 2 ** (32 - length) - 2 }, (_, index) => {
    const address = number + index + 1;
    return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
  });
}

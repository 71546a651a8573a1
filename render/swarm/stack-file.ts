import { createHash } from "node:crypto";
import { LABEL, roleOf } from "../../core/labels.ts";
import { PROBE_PROGRAM } from "../../core/probe-command.ts";
import { composeYaml, defined } from "../../runners/compose/yaml.ts";
import type { ContainerSpec } from "../../runners/stack.ts";
import { dataLabel, nameOnSwarm, short, shortName, swarmName } from "../../runners/swarm/names.ts";
import type { SwarmNetwork } from "../../runners/swarm/observe-swarm.ts";
import { judgedFacts } from "../judged.ts";
import { withServerParts, withVariables } from "../model.ts";
import type { SwarmFile, SwarmPlan, SwarmService } from "./plan.ts";

/** A container that asks for no network still needs one on a swarm: one that leads nowhere, with nobody else on it. */
const NOWHERE = "nowhere";

/** Longest time in which a new task may still fail and be counted as a failed update. */
const MONITOR = "15s";

/**
 * stack.yaml, for `docker stack deploy`. The services come last, by stage: up to the line of a stage it is a whole file
 * of the stages before, which start.sh deploys first.
 */
export function stackFile(plan: SwarmPlan): string {
  const { model, services } = plan;
  const all = services.flatMap(({ files }) => files);
  const stages = [...new Set(services.map(({ stage }) => stage))];
  const head = {
    version: "3.9",
    "x-exploreiot": judgedFacts(model.stack),
    networks: networks(plan),
    volumes: volumes(plan),
    configs: objects(all.filter(({ kind }) => kind === "config")),
    secrets: objects(all.filter(({ kind }) => kind === "secret")),
  };
  const text = [
    composeYaml(head),
    "services:\n",
    ...stages.flatMap((stage) => {
      const ones = services.filter((one) => one.stage === stage);
      const section = Object.fromEntries(ones.map((one) => [roleOf(one.container), service(one, plan)]));
      return [`  # stage ${stage}\n`, indented(composeYaml(section))];
    }),
  ].join("");
  const words = new Set([
    ...["SECRETS_OF", "SECRETS_ROTATED"],
    ...services.flatMap((one) => imageWords(one).map(({ variable }) => variable)),
    ...services.filter(({ container }) => container.job).map(doneVariable),
  ]);
  return withVariables(withServerParts(text, model), (variable) =>
    words.has(variable) ? `\${${variable}?run ./start.sh}` : `<${variable}>`,
  );
}

const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, "  ");

/** A config or secret of this name is this content for ever; another content has another name. */
const objects = (files: readonly SwarmFile[]) =>
  Object.fromEntries(
    files.map(({ key, name, source }) => [
      key,
      source === undefined ? { name, external: true } : { name, file: source },
    ]),
  );

/** With a label that changes with all that is said here: by it start.sh tells a task of now from one of before. */
function service(one: SwarmService, plan: SwarmPlan) {
  const { deploy, ...said } = sayings(one, plan) as { readonly deploy: { readonly labels: object } };
  const done = one.container.job ? { [LABEL.done]: `<${doneVariable(one)}>` } : {};
  return {
    ...said,
    deploy: { ...deploy, labels: { ...deploy.labels, ...done } },
    labels: { [LABEL.role]: roleOf(one.container), [LABEL.spec]: wholeVersion(one, plan) },
  };
}

/** Stands for the version of a job that is done, which start.sh reads from the service, and so keeps. */
export const doneVariable = (job: SwarmService): string => variableOf("DONE", job);

const variableOf = (word: string, { container }: SwarmService): string =>
  `${word}_OF_${roleOf(container).toUpperCase().replaceAll(/\W/g, "_")}`;

/** The version of a service, with `<VARIABLE>` for each part that follows from secrets. */
export function wholeVersion(one: SwarmService, plan: SwarmPlan): string {
  const variables = one.files.flatMap(({ name }) => /<[A-Z][A-Z0-9_]*>/.exec(name)?.[0] ?? []);
  return [declaredVersion(one, plan), ...new Set(variables)].join("-");
}

/** The part of the version of a service that the configuration decides; the rest follows from secrets of the server. */
export const declaredVersion = (one: SwarmService, plan: SwarmPlan): string =>
  createHash("sha256")
    .update(JSON.stringify([sayings(one, plan), one.files.map(({ name }) => name)]))
    .digest("hex")
    .slice(0, 12);

/** All that a stack file says of a service, but for what follows from it. */
export function sayings(one: SwarmService, plan: SwarmPlan) {
  const { deploy, ...rest } = saidOf(one, plan);
  const { limits, reservations } = deploy.resources;
  return defined({
    ...rest,
    deploy: defined({
      ...deploy,
      resources: { limits: defined(limits), reservations: defined(reservations) },
    }),
  });
}

export type Said = ReturnType<typeof saidOf>;

/** The same before it is written: in the words of a stack file, no matter who is told. A field that says nothing is undefined, or empty. */
export function saidOf(one: SwarmService, plan: SwarmPlan) {
  const { container, environment, files } = one;
  const { block } = container;
  const of = (wanted: SwarmFile["kind"]) =>
    files.filter(({ kind }) => kind === wanted).map((file) => grant(file, container));
  return {
    image: imageOf(container.image, plan),
    ...started(one),
    user: block.user,
    environment,
    read_only: block.read_only,
    init: block.init,
    ulimits: Object.fromEntries((block.ulimit ?? []).map(({ name, soft, hard }) => [name, { soft, hard }])),
    cap_add: block.capabilities?.add,
    cap_drop: block.capabilities?.drop,
    volumes: [
      ...one.volumes.map(
        ({ name, path, readOnly }): Mount => ({
          ...{ type: "volume", source: short(name, plan), target: path, read_only: readOnly },
        }),
      ),
      ...Object.entries(block.tmpfs ?? {}).map(([target, options]) => scratch(target, options)),
    ].toSorted(asDockerDoes),
    configs: of("config"),
    secrets: of("secret"),
    networks: attachments(container, plan),
    // Not by the routing mesh, which would show every client as one address.
    ports: published(container),
    healthcheck: block.healthcheck,
    stop_signal: block.stop_signal,
    stop_grace_period: block.stop_timeout === undefined ? undefined : `${block.stop_timeout}s`,
    logging: { driver: block.log_driver, options: block.log_opts },
    deploy: deploy(one, plan),
  };
}

/** The words of an image, in front of those of the stack file, which start.sh has to look up. */
interface ImageWords {
  readonly variable: string;
  readonly field: "Entrypoint" | "Cmd";
}

/** An entrypoint of one's own takes the place of both of the image's, which are known where the image is. */
export function imageWords(one: SwarmService): readonly ImageWords[] {
  const { entrypoint, command } = one.container.block;
  if (one.alone.length === 0 || entrypoint !== undefined) return [];
  return [
    { variable: variableOf("ENTRYPOINT", one), field: "Entrypoint" },
    ...(command === undefined ? [{ variable: variableOf("COMMAND", one), field: "Cmd" } as const] : []),
  ];
}

/** The words in front of a program with data: it starts behind a lock on it (images/probe/alone.c). */
export const lockOf = ({ alone }: SwarmService): readonly string[] =>
  alone.flatMap((folder) => [PROBE_PROGRAM, "alone", folder]);

function started(one: SwarmService) {
  const { entrypoint, command } = one.container.block;
  if (one.alone.length === 0) return { entrypoint, command };
  const lock = lockOf(one);
  const [words, more] = imageWords(one);
  if (words === undefined) return { entrypoint: [...lock, ...(entrypoint ?? [])], command };
  return {
    entrypoint: [...lock.map((word) => JSON.stringify(word)), `<${words.variable}>`].join(" "),
    command: more === undefined ? command : `<${more.variable}>`,
  };
}

/** A registry of the user's own has what the kit made; any other name is the deployment's, digest and all. */
export function imageOf(image: string, { settings, model }: SwarmPlan): string {
  const own = model.stack.recipes.some(({ tag }) => tag === image);
  return own && settings.registry !== undefined ? `${settings.registry}/${image}` : image;
}

function grant({ key, target, mode }: SwarmFile, { block }: ContainerSpec) {
  const [uid = "0", gid = "0"] = (block.user ?? "0:0").split(":");
  return { source: key, target, uid, gid, mode };
}

/**
 * A stack file can say the size of a tmpfs, and neither its owner nor its mode: it belongs to root, with the mode of the
 * image's folder. Any other folder is a volume without a name, which takes both from the image and goes with its task.
 */
interface Mount {
  readonly type: string;
  readonly target: string;
  readonly source?: string;
  readonly read_only?: boolean;
  readonly tmpfs?: { readonly size: number | undefined };
}

/** `docker service update` writes all mounts in this order; in another one its next deploy would find another task. */
const asDockerDoes = (one: Mount, other: Mount): number => (orderOf(one) < orderOf(other) ? -1 : 1);

const orderOf = ({ source = "", target }: Mount): string => `${source}\0${target}`;

const ANYONES = ["/tmp", "/var/tmp", "/dev/shm"];
const scratch = (target: string, options: string): Mount =>
  ANYONES.includes(target)
    ? { type: "tmpfs", target, tmpfs: { size: bytesOf(options) } }
    : { type: "volume", target };

const bytesOf = (options: string): number | undefined => {
  const [, count, unit] = /(?:^|,)size=(\d+)([km]?)/.exec(options) ?? [];
  if (count === undefined) return undefined;
  return Number(count) * { "": 1, k: 1024, m: 1_048_576 }[unit as "" | "k" | "m"];
};

function attachments(
  { networks, block }: ContainerSpec,
  plan: SwarmPlan,
): Readonly<Record<string, { readonly aliases?: readonly string[] }>> {
  if (block.network_mode !== undefined) return { [NOWHERE]: {} };
  return Object.fromEntries(networks.map(({ name, aliases }) => [short(name, plan), { aliases }]));
}

/** Both families at once: a swarm publishes on every address of the node. */
function published({ block }: ContainerSpec) {
  const ports = (block.ports ?? []).map(({ internal, external, protocol }) => ({
    ...{ target: internal, published: external, protocol, mode: "host" },
  }));
  return [...new Map(ports.map((port) => [`${port.published}/${port.protocol}`, port])).values()];
}

interface Change {
  readonly parallelism?: number;
  readonly order: string;
  readonly monitor?: string;
  readonly failure_action: string;
}

interface Policy {
  readonly condition: string;
  readonly delay: string;
  readonly max_attempts?: number;
  readonly window?: string;
}

function deploy(one: SwarmService, { settings, model }: SwarmPlan) {
  const { container, order, pinned } = one;
  const { block, labels, job } = container;
  const memory = block.memory === undefined ? undefined : `${block.memory}M`;
  const change = { parallelism: 1, order, monitor: MONITOR, failure_action: "rollback" };
  return {
    mode: "replicated",
    replicas: 1,
    endpoint_mode: settings.endpointMode,
    labels: serviceLabels(container, model.labels.get(container.name) as string),
    placement: pinned ? { constraints: [`node.labels.${dataLabel(model.stack.name)} == true`] } : undefined,
    // A job ends: its end is no failed update, and it is done over only after a failure.
    update_config: (job ? { order, failure_action: "continue" } : change) as Change,
    rollback_config: job ? undefined : { ...change, failure_action: "pause" },
    restart_policy: (job
      ? { condition: "on-failure", delay: "2s", max_attempts: 3 }
      : { condition: "any", delay: "2s", window: "30s" }) as Policy,
    resources: {
      limits: { cpus: block.cpus, memory, pids: Number(labels[LABEL.pidsLimit]) || undefined },
      // All of the memory, so that no node is given more than it holds; processors are shared.
      reservations: { memory },
    },
  };
}

/** With two that start.sh fills in: whose the secrets are, and how often they were rotated. */
const serviceLabels = ({ labels }: ContainerSpec, hash: string) => ({
  [LABEL.checkout]: "<SECRETS_OF>",
  [LABEL.rotation]: "<SECRETS_ROTATED>",
  [LABEL.deployment]: labels[LABEL.deployment],
  [LABEL.role]: labels[LABEL.role],
  [LABEL.environment]: labels[LABEL.environment],
  [LABEL.configHash]: hash,
});

const networks = (plan: SwarmPlan) =>
  Object.fromEntries(
    declaredNetworks(plan).map((network) => [shortName(network.name, plan), overlay(network)]),
  );

/** The networks as the swarm will have them, by the names that they have there. */
export function declaredNetworks(plan: SwarmPlan): readonly SwarmNetwork[] {
  const { model, settings, services } = plan;
  const isAlone = services.some(({ container }) => container.block.network_mode !== undefined);
  const nowhere = { name: NOWHERE, internal: true, subnets: [] };
  return [...model.stack.networks, ...(isAlone ? [nowhere] : [])].map(({ name, internal, subnets }) => ({
    name: nameOnSwarm(name, plan),
    internal,
    encrypted: settings.encrypted,
    attachable: false,
    // Overlays have addresses of IPv4 alone.
    subnets: subnets.map(({ subnet }) => subnet).filter((subnet) => !subnet.includes(":")),
  }));
}

/** Without a bridge of the machine. */
const overlay = ({ internal, encrypted, subnets }: SwarmNetwork) =>
  defined({
    driver: "overlay",
    internal: internal || undefined,
    driver_opts: encrypted ? { encrypted: "true" } : undefined,
    ipam: subnets.length === 0 ? undefined : { config: subnets.map((subnet) => ({ subnet })) },
  });

/** Not the names that containers without a swarm have: two databases on one volume would ruin it. */
function volumes(plan: SwarmPlan) {
  const names = new Set(plan.services.flatMap((one) => one.volumes.map(({ name }) => short(name, plan))));
  return Object.fromEntries([...names].map((name) => [name, { name: swarmName(name, plan) }]));
}

import { UserError } from "../core/errors.ts";
import { roleOf } from "../core/labels.ts";
import { firewallOf, firewallStatus, type RuleCounter } from "../runners/docker/firewall.ts";
import { type HostListener, holderOf, hostListeners } from "../runners/docker/host-listeners.ts";
import { inspectSome } from "../runners/docker/observe.ts";
import { answersInside, type PortTrouble, tryPorts } from "../runners/docker/published-ports.ts";
import { remoteHost } from "../runners/docker/remote.ts";
import { publishedByOthers, type Stranger, unplannedPorts } from "../runners/docker/strangers.ts";
import type { ContainerSpec, Stack } from "../runners/stack.ts";
import type { PortBlock } from "../runners/stack-json.ts";
import { observeSwarm, type SwarmState } from "../runners/swarm/observe-swarm.ts";
import { atContainer } from "../runners/swarm/place.ts";
import type { PortRow, PortsReport } from "./ports-output.ts";

interface Known {
  readonly stack: Stack;
  readonly running: (name: string) => boolean;
  readonly listeners: readonly HostListener[] | undefined;
  readonly troubles: readonly PortTrouble[];
  readonly counters: readonly RuleCounter[] | undefined;

  /** @default - it is on none */
  readonly swarm: SwarmState | undefined;

  /** The containers that could not be looked at. */
  readonly unseen: readonly UserError[];
}

/** Every port of a deployment as it is declared, planned, bound, answered and filtered, and what nobody declared. */
export async function portTable(stack: Stack): Promise<PortsReport> {
  const { found, unseen } = await inspectSome(stack.containers.map(({ name }) => name));
  const seen = { containers: new Map(found.map((state) => [state.Name.slice(1), state])) };
  const running = (name: string) => seen.containers.get(name)?.State.Running === true;
  const planned = stack.containers.flatMap((spec) =>
    (spec.block.ports ?? []).map((port) => ({ spec, port })),
  );
  // On a swarm all that publish a port are on one node (docs/decisions/0161-ports-are-where-the-data-is.md).
  const publisher = planned.find(({ spec }) => running(spec.name))?.spec.name;
  const [listeners, troubles, counters, others, swarm] = await Promise.all([
    publisher === undefined ? hostListeners(stack) : atContainer(publisher, () => hostListeners(stack)),
    tryPorts(stack, seen),
    countersOf(stack),
    publishedByOthers(stack),
    observeSwarm(stack.name),
  ]);
  const known = { stack, running, listeners, troubles, counters, swarm, unseen };
  const ports = await Promise.all(planned.map(({ spec, port }) => rowOf(spec, port, known)));
  const unplanned = stack.listeners
    .filter(
      ({ address, port }) =>
        !planned.some(({ port: { ip, external } }) => ip === address && external === port),
    )
    .map(
      ({ listener, address, port }) =>
        `listener ${listener}: ${at(address, port)} is declared, and no container publishes it`,
    );
  const undeclared = [...unplannedPorts(stack, seen), ...others].map(told);
  return {
    deployment: stack.name,
    ports,
    undeclared,
    problems: [
      ...unplanned,
      ...ports.flatMap(({ problems, address, port }) =>
        problems.map((what) => `${at(address, port)}: ${what}`),
      ),
      ...undeclared.map((what) => `nobody declared: ${what}`),
    ],
    unknown: unknownOf(known),
  };
}

const told = ({ container, address, port, internal }: Stranger): string =>
  `${at(address, port)}, which ${container} publishes (${internal} inside)`;

const at = (address: string, port: number): string =>
  `${address.includes(":") ? `[${address}]` : address}:${port}`;

async function rowOf(spec: ContainerSpec, port: PortBlock, known: Known): Promise<PortRow> {
  const { ip, external, internal } = port;
  const declared = known.stack.listeners.find((one) => one.address === ip && one.port === external);
  const holder = known.listeners && holderOf(known.listeners, ip, external);
  const inside = known.running(spec.name)
    ? await answersInside(spec.name, internal)
    : "its container does not run";
  const trouble = known.troubles.find(
    ({ container, what }) => container === spec.name && what.startsWith(`port ${at(ip, external)} `),
  );
  const outside = outsideOf(trouble, known.running(spec.name));
  const node = known.swarm?.services.get(roleOf(spec))?.task?.node;
  return {
    listener: declared?.listener ?? null,
    service: roleOf(spec),
    ...(node === undefined ? {} : { node }),
    address: ip,
    port: external,
    internal,
    tls: declared?.tls ?? false,
    bound: known.listeners === undefined ? null : holder !== undefined,
    process: holder?.process ?? null,
    inside: inside === undefined ? "answers" : inside,
    outside,
    rules: rulesOf(declared?.listener, known.counters),
    problems: [
      ...(declared === undefined ? ["no listener declares it"] : []),
      ...(known.listeners === undefined || holder !== undefined ? [] : ["nobody listens there"]),
      ...(holder?.process === undefined || isEngines(holder.process) ? [] : [`taken by ${holder.process}`]),
      ...(inside === undefined ? [] : [`from inside: ${inside}`]),
      ...(trouble?.known ? [`from here: ${outside}`] : []),
    ],
  };
}

/** Programs that hold a published port for the engine. */
const isEngines = (process: string): boolean => /^(docker-proxy|dockerd|rootlesskit|vpnkit)/.test(process);

function outsideOf(trouble: PortTrouble | undefined, running: boolean): string {
  if (!running) return "its container does not run";
  return trouble === undefined ? "answers" : trouble.what.replace(/^port \S+ /, "");
}

const rulesOf = (listener: string | undefined, counters: Known["counters"]): PortRow["rules"] =>
  (counters ?? [])
    .filter(({ rule }) => listener !== undefined && (rule === listener || rule.startsWith(`${listener}, `)))
    .map(({ chain, rule, packets, dropped }) => ({ chain, rule, packets, dropped }));

/** Undefined where no firewall is in force. */
async function countersOf(stack: Stack): Promise<readonly RuleCounter[] | undefined> {
  if (firewallOf(stack) === undefined) return undefined;
  try {
    return (await firewallStatus(stack.name)).counters;
  } catch (error) {
    // It does not run: told as unknown.
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function unknownOf({ stack, listeners, counters, troubles, swarm, unseen }: Known): readonly string[] {
  return [
    ...(listeners === undefined
      ? [
          "who listens on the engine's machine cannot be seen from here: no image of the deployment is there yet",
        ]
      : []),
    ...(counters === undefined
      ? [
          firewallOf(stack) === undefined
            ? "no rules: the firewall is off (firewall.enabled)"
            : "the rules cannot be read: the firewall does not run",
        ]
      : []),
    ...unseen.map(({ message }) => message),
    ...(swarm === undefined
      ? []
      : ["ports that other services and containers publish on the nodes, and those of Swarm itself"]),
    ...(remoteHost() === undefined && swarm === undefined
      ? [
          "from other machines was not tried: run this on another one, with DOCKER_HOST=ssh://… for this engine",
        ]
      : []),
    ...troubles.filter(({ known }) => !known).map(({ container, what }) => `${container}: ${what}`),
  ];
}

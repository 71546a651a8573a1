import { z } from "zod";
import { composeProject, roleOf } from "../../core/labels.ts";
import type { Connection, ContainerFacts } from "../../core/stack-facts.ts";
import type { ContainerSpec, Stack } from "../../runners/stack.ts";
import { containerFacts } from "../facts.ts";

const service = z.object({
  name: z.string().describe("the role of its container"),
  job: z.boolean().describe("runs once and ends"),
  networks: z.array(z.string()).readonly().describe("host: that of the machine; none: it has none"),
  ports: z
    .array(z.int())
    .readonly()
    .describe("inside: those that others of the deployment or a listener lead to"),
});

const flow = z.object({
  from: z.string().describe("a service, or somebody outside"),
  to: z.string(),
  both: z.boolean().describe("whether data goes both ways"),
  speaks: z.string().exactOptional().describe("absent for a listener: clients may try anything"),
  port: z.int().describe("of the one who is connected to; of a listener, the port of the machine"),
  topics: z.array(z.string()).readonly().describe("of MQTT; none where everything goes that way"),
  listener: z
    .object({ name: z.string().nullable(), address: z.string(), tls: z.boolean() })
    .exactOptional()
    .describe("of what is published; its name is null where nobody declared it"),
});

export const diagramOutput = z.object({
  deployment: z.string(),
  networks: z.array(z.object({ name: z.string(), internal: z.boolean().describe("no way out") })).readonly(),
  services: z.array(service).readonly(),
  outside: z.array(z.string()).readonly().describe("who connects from outside, or is connected to there"),
  flows: z.array(flow).readonly(),
});

export type Diagram = z.output<typeof diagramOutput>;
export type Flow = Diagram["flows"][number];
export type Service = Diagram["services"][number];

/** A container that is drawn. */
interface Drawn {
  readonly container: ContainerSpec;
  readonly facts: Pick<ContainerFacts, "kind" | "connects">;
}

/**
 * Services, networks, ports and the ways of data, as the synthesized JSON has them. Containers that only hand over files
 * are left out: nothing connects to them, and they to nobody.
 */
export function diagramOf(stack: Stack): Diagram {
  const drawn = drawnOf(stack);
  const flows = [
    ...drawn.flatMap((one) => published(one, stack)),
    ...drawn.flatMap((one) => inner(one, drawn)),
  ];
  const short = (network: string) => withoutPrefix(network, stack);
  const names = drawn.map(({ container }) => roleOf(container));
  return {
    deployment: stack.name,
    networks: stack.networks
      .map(({ name, internal }) => ({ name: short(name), internal }))
      .toSorted((a, b) => Number(a.internal) - Number(b.internal)),
    services: drawn.map(({ container }) => ({
      name: roleOf(container),
      job: container.job,
      networks:
        container.block.network_mode === "host"
          ? ["host"]
          : container.networks.map(({ name }) => short(name)),
      ports: numbers([
        ...(container.block.ports ?? []).map(({ internal }) => internal),
        ...drawn.flatMap((one) =>
          (one.facts.connects ?? []).flatMap((connection) =>
            targets(connection, one, drawn).includes(container) ? [connection.port] : [],
          ),
        ),
      ]),
    })),
    outside: [...new Set(flows.flatMap(({ from, to }) => [from, to]))].filter(
      (name) => !names.includes(name),
    ),
    flows,
  };
}

/** In the order of the JSON, which is that of their addresses: the same on every machine. */
function drawnOf(stack: Stack): readonly Drawn[] {
  const stated = containerFacts(stack);
  return stack.containers
    .map((container): Drawn => ({ container, facts: stated.get(container.name) ?? {} }))
    .filter(({ container, facts }) => !container.job || facts.connects !== undefined);
}

const numbers = (ports: readonly number[]) => [...new Set(ports)].toSorted((a, b) => a - b);

const withoutPrefix = (network: string, { name }: Stack): string => {
  const prefix = `${composeProject(name)}-`;
  return network.startsWith(prefix) ? network.slice(prefix.length) : network;
};

/** Who comes in by a listener: devices to the broker, anyone else to the rest. */
const DEVICES = "devices";
const CLIENTS = "browsers and programs";

/** The ports that the resource publishes; the facts say which listener it is. */
function published({ container, facts }: Drawn, stack: Stack): readonly Flow[] {
  const ofBroker = facts.kind === "mosquitto";
  return (container.block.ports ?? []).map(({ ip: address, external: port }) => {
    const declared = stack.listeners.find((one) => one.port === port && one.address === address);
    return {
      from: ofBroker ? DEVICES : CLIENTS,
      to: roleOf(container),
      both: !ofBroker,
      port,
      topics: [],
      listener: { name: declared?.listener ?? null, address, tls: declared?.tls ?? false },
    };
  });
}

function inner(one: Drawn, drawn: readonly Drawn[]): readonly Flow[] {
  const name = roleOf(one.container);
  return (one.facts.connects ?? []).flatMap((connection) => {
    const { to, port, speaks, way, topics = [] } = connection;
    const found = targets(connection, one, drawn).map(roleOf);
    return (found.length === 0 ? [to] : found).map((other) => ({
      ...(way === "from" ? { from: other, to: name } : { from: name, to: other }),
      both: way === "both",
      ...{ speaks, port, topics },
    }));
  });
}

/** The containers that a name leads to: those that have it on a network of both. */
const targets = (
  { to }: Connection,
  { container }: Drawn,
  drawn: readonly Drawn[],
): readonly ContainerSpec[] =>
  drawn
    .map((other) => other.container)
    .filter((other) =>
      other.networks.some(
        ({ name, aliases }) => aliases.includes(to) && container.networks.some((own) => own.name === name),
      ),
    );

import type { Resource, StackDocument } from "../document.ts";
import { type Evidence, unknown } from "../evidence.ts";
import { type Block, blocks, isTrue, isUnset, show, texts } from "../values.ts";
import { remembered } from "./remembered.ts";
import { containerSpec, DATABASES, type Kind, kindOf, RUNS, taskSpec } from "./services.ts";

/** A network that a container joins. */
export interface Membership {
  /** As the container names it. */
  readonly named: unknown;

  /** Undefined for a network that is not of this stack, or known only at apply. */
  readonly network: Resource | undefined;
  readonly aliases: readonly string[];
}

/**
 * Every network that a container or a service joins by a block.
 *
 * @throws Error if it cannot be read
 */
export const networksOf = remembered((resource: Resource, stack: StackDocument): readonly Membership[] => {
  const block = resource.type === "docker_container" ? resource.block : taskSpec(resource.block);
  return blocks(block, "networks_advanced").map((joined) => {
    // A service may say `id` instead, from version 4.5 of the provider on.
    const named = joined.name ?? joined.id;
    const target = stack.follow(named)?.resource ?? networksByName(stack).get(named);
    return {
      named,
      network: target?.type === "docker_network" ? target : undefined,
      aliases: texts(joined, "aliases"),
    };
  });
});

const networksByName = remembered(
  (stack: StackDocument): ReadonlyMap<unknown, Resource> =>
    new Map(stack.of(["docker_network"]).map((network) => [network.block.name, network])),
);

/** Names that a container answers to on all the networks it joins. Compose gives it that of its service. */
const ownNames = remembered((resource: Resource, stack: StackDocument): readonly string[] =>
  [
    stack.dialect === "compose" ? resource.path.replace(/^services\./, "") : undefined,
    resource.block.name,
    resource.block.hostname,
    containerSpec(resource).hostname,
  ].filter((name): name is string => typeof name === "string"),
);

/** Every name that it answers to anywhere. */
export const namesOf = remembered((resource: Resource, stack: StackDocument): readonly string[] => [
  ...ownNames(resource, stack),
  ...networksOf(resource, stack).flatMap(({ aliases }) => aliases),
]);

/** Services that a service of Compose names: those it links to, by the name that it calls them, and those it waits for. */
export function namedBy({ block }: Resource, { dialect }: StackDocument): ReadonlyMap<string, string> {
  if (dialect !== "compose") return new Map();
  const links = texts(block, "links").map((link) => {
    const [service = "", alias = service] = link.split(":");
    return [alias, service] as const;
  });
  return new Map([...texts(block, "depends_on").map((service) => [service, service] as const), ...links]);
}

/** The members of each network, in the order of the stack. */
const members = remembered((stack: StackDocument): ReadonlyMap<Resource, readonly Resource[]> => {
  const found = new Map<Resource, Resource[]>();
  for (const resource of stack.of(RUNS)) {
    for (const { network } of networksOf(resource, stack)) {
      if (network === undefined) continue;
      const known = found.get(network);
      if (known === undefined) found.set(network, [resource]);
      else known.push(resource);
    }
  }
  return found;
});

export const membersOf = (network: Resource, stack: StackDocument): readonly Resource[] =>
  members(stack).get(network) ?? [];

/** The first member of a network that is of a kind. */
export const memberOfKind = (network: Resource, kind: Kind, stack: StackDocument): Resource | undefined =>
  firstOfKind(network, stack).get(kind);

const firstOfKind = remembered(
  (network: Resource, stack: StackDocument): ReadonlyMap<Kind | undefined, Resource> =>
    new Map(
      membersOf(network, stack)
        .toReversed()
        .map((member) => [kindOf(member, stack), member]),
    ),
);

/** A database on a network. */
export const databaseOn = (network: Resource, stack: StackDocument): Resource | undefined =>
  DATABASES.flatMap((kind) => (kind && memberOfKind(network, kind, stack)) ?? [])[0];

/**
 * The containers that one reaches under a host name over a bridge of this stack: such traffic never leaves the host. A network
 * that is made elsewhere is taken for a bridge where both ends are of this stack.
 */
export function neighbour(resource: Resource, host: string, stack: StackDocument): Resource | undefined {
  const called = namedBy(resource, stack).get(host) ?? host;
  return networksOf(resource, stack)
    .filter(({ network }) => network === undefined || isBridge(network))
    .map((joined) => answering(stack).get(placeOf(joined))?.get(called))
    .find((found) => found !== undefined);
}

/** A network, or how one that is not of this stack is called. */
const placeOf = ({ network, named }: Membership): unknown => network ?? named;

/** Who answers to a name on each network. */
const answering = remembered((stack: StackDocument): ReadonlyMap<unknown, ReadonlyMap<string, Resource>> => {
  const found = new Map<unknown, Map<string, Resource>>();
  for (const member of stack.of(RUNS)) {
    for (const joined of networksOf(member, stack)) {
      const names = found.get(placeOf(joined)) ?? new Map<string, Resource>();
      found.set(placeOf(joined), names);
      for (const name of [...ownNames(member, stack), ...joined.aliases]) names.set(name, member);
    }
  }
  return found;
});

/** Networks of a container from which traffic may leave the machine, for evidence; none if all stay on it. */
export function waysOut(container: Resource, stack: StackDocument): readonly Evidence[] {
  if (container.block.network_mode === "none") return [];
  const joined = networksOf(container, stack);
  if (joined.length === 0) return ["it is on the engine's default network"];
  return joined.flatMap(({ named, network }): readonly Evidence[] => {
    if (network === undefined) return [unknown(`the network ${show(named)} is not in the stack`)];
    if (!isBridge(network))
      return [`the network ${network.path} has the driver ${show(network.block.driver)}`];
    return isTrue(network.block.internal) ? [] : [`the network ${network.path} is not internal`];
  });
}

export const isBridge = ({ block }: Resource): boolean =>
  isUnset(block.driver ?? undefined) || block.driver === "bridge";

/** One of the options that the bridge driver reads, without the prefix that they share. */
export const BRIDGE_OPTION = "com.docker.network.bridge.";

export function optionsOf({ block }: Resource): Block {
  const { options } = block;
  if (options === undefined || options === null) return {};
  if (typeof options !== "object" || Array.isArray(options)) throw new Error("options is not a map");
  return options as Block;
}

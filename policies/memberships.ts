import type { Resource, StackDocument } from "./document.ts";
import { containerSpec, type Kind, kindOf, RUNS, taskSpec } from "./services.ts";
import { type Block, blocks, isUnset, texts } from "./values.ts";

/** A network that a container joins. */
export interface Membership {
  /** As the container names it. */
  readonly named: unknown;

  /** Undefined for a network that is not of this stack, or known only at apply. */
  readonly network: Resource | undefined;
  readonly aliases: readonly string[];
}

interface Index {
  readonly byName: ReadonlyMap<unknown, Resource>;
  readonly members: ReadonlyMap<Resource, readonly Resource[]>;

  /** Who answers to a name on a network. */
  readonly answers: ReadonlyMap<Resource, ReadonlyMap<string, Resource>>;
}

const indexes = new WeakMap<StackDocument, Index>();

/** Every network that a container or a service joins by a block. */
export const networksOf = (resource: Resource, stack: StackDocument): readonly Membership[] =>
  memberships(resource, stack, indexOf(stack).byName);

const kinds = new WeakMap<Resource, ReadonlyMap<Kind | undefined, Resource>>();

/** The first member of a network that is of a kind. */
export function memberOfKind(network: Resource, kind: Kind, stack: StackDocument): Resource | undefined {
  const known =
    kinds.get(network) ??
    new Map(
      membersOf(network, stack)
        .toReversed()
        .map((member) => [kindOf(member, stack), member]),
    );
  kinds.set(network, known);
  return known.get(kind);
}

/** A database on a network. */
export const databaseOn = (network: Resource, stack: StackDocument): Resource | undefined =>
  memberOfKind(network, "postgres", stack) ?? memberOfKind(network, "redis", stack);

export const membersOf = (network: Resource, stack: StackDocument): readonly Resource[] =>
  indexOf(stack).members.get(network) ?? [];

/** What a container reaches under a host name over a bridge of this stack: such traffic never leaves the host. */
export function neighbour(resource: Resource, host: string, stack: StackDocument): Resource | undefined {
  const { answers } = indexOf(stack);
  return networksOf(resource, stack)
    .flatMap(({ network }) => (network !== undefined && isBridge(network) ? [network] : []))
    .map((network) => answers.get(network)?.get(host))
    .find((found) => found !== undefined);
}

/** Names that a container answers to on the networks it joins. */
export const namesOf = (resource: Resource, stack: StackDocument): readonly string[] =>
  [
    ...[resource.block.name, resource.block.hostname, containerSpec(resource).hostname],
    ...networksOf(resource, stack).flatMap(({ aliases }) => aliases),
  ].filter((name): name is string => typeof name === "string");

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

function indexOf(stack: StackDocument): Index {
  const known = indexes.get(stack);
  if (known !== undefined) return known;
  const index = build(stack);
  indexes.set(stack, index);
  return index;
}

function build(stack: StackDocument): Index {
  const byName = new Map<unknown, Resource>(
    stack.of(["docker_network"]).map((network) => [network.block.name, network]),
  );
  const members = new Map<Resource, Resource[]>();
  const answers = new Map<Resource, Map<string, Resource>>();
  for (const resource of stack.of(RUNS)) {
    for (const { network, aliases } of memberships(resource, stack, byName)) {
      if (network === undefined) continue;
      entry(members, network, () => []).push(resource);
      const names = entry(answers, network, () => new Map<string, Resource>());
      for (const name of [resource.block.name, resource.block.hostname, ...aliases])
        if (typeof name === "string") names.set(name, resource);
    }
  }
  return { byName, members, answers };
}

function entry<V>(map: Map<Resource, V>, key: Resource, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function memberships(
  resource: Resource,
  stack: StackDocument,
  byName: ReadonlyMap<unknown, Resource>,
): Membership[] {
  const block = resource.type === "docker_container" ? resource.block : taskSpec(resource.block);
  return blocks(block, "networks_advanced").map((joined) => {
    const target = stack.follow(joined.name)?.resource ?? byName.get(joined.name);
    return {
      named: joined.name,
      network: target?.type === "docker_network" ? target : undefined,
      aliases: texts(joined, "aliases"),
    };
  });
}

import { UserError } from "../../core/errors.ts";
import { run } from "../run.ts";
import type { Stack } from "../stack.ts";
import { eachFromEngine, fromEngine } from "./engine-api.ts";
import { type ContainerState, listContainers } from "./observe.ts";

/** The part of `docker network inspect` that the kit reads. */
export interface NetworkState {
  readonly Id: string;
  readonly Name: string;
  readonly Driver: string;
  readonly Internal: boolean;
  readonly EnableIPv6: boolean;
  readonly Options: Readonly<Record<string, string>> | null;
  readonly IPAM: {
    readonly Config: readonly { readonly Subnet?: string; readonly Gateway?: string }[] | null;
  };
  readonly Labels: Readonly<Record<string, string>> | null;

  /** Id of each container that runs and is attached, to its name. */
  readonly Containers: Readonly<Record<string, { readonly Name: string }>>;
}

interface Claims {
  /** Names of networks and volumes that are about to be removed. */
  readonly networks: readonly string[];
  readonly volumes: readonly string[];

  /** Containers that may hold on to them, since they are removed before. */
  readonly ours: readonly ContainerState[];
}

/** Networks of a deployment: those that are declared, and those that its containers are on from an earlier configuration. */
export function networksOf(stack: Stack, containers: readonly ContainerState[]): readonly string[] {
  const joined = containers.flatMap(({ NetworkSettings }) => Object.keys(NetworkSettings.Networks));
  const own = joined.filter((name) => name.startsWith(`exploreiot-${stack.name}-`));
  return [...new Set([...stack.networks.map(({ name }) => name), ...own])];
}

/** Every network of one of these names; Docker allows more than one of a name. */
export async function inspectNetworks(names: readonly string[]): Promise<readonly NetworkState[]> {
  if (names.length === 0) return [];
  const ids = (await listNetworks()).flatMap(({ Id, Name }) => (names.includes(Name) ? [Id] : []));
  return eachFromEngine(ids, (id) => `/networks/${id}`);
}

/** Every network of the engine; which containers are on it is told by `inspectNetworks` alone. */
export const listNetworks = async (): Promise<readonly Omit<NetworkState, "Containers">[]> =>
  (await fromEngine<readonly NetworkState[]>("/networks")) ?? [];

/**
 * Refuses containers that are not the deployment's and hold on to what is to be removed: Docker would refuse in the
 * middle of it, and without their names.
 *
 * @throws UserError that names each container and what it holds
 */
export async function refuseStrangers({ networks, volumes, ours }: Claims): Promise<void> {
  const own = new Set(ours.map(({ Id }) => Id));
  const attached = (await inspectNetworks(networks)).flatMap(({ Name, Containers }) =>
    Object.entries(Containers).flatMap(([id, container]) =>
      own.has(id)
        ? []
        : [{ name: container.Name, holds: `network ${Name}`, free: `network disconnect -f ${Name}` }],
    ),
  );
  const users = await Promise.all(volumes.map((volume) => usersOf(volume, own)));
  const strangers = [...attached, ...users.flat()];
  if (strangers.length === 0) return;
  throw new UserError(
    strangers.map(({ name, holds }) => `${name}, which is not of this deployment, holds ${holds}`).join("\n"),
    "remove it if it is not needed, or take it off, then run this again:",
    ...new Set(strangers.map(({ name, free }) => `docker ${free} ${name}`)),
  );
}

async function usersOf(volume: string, own: ReadonlySet<string>) {
  const users = await listContainers({ volume: [volume] });
  return users.flatMap(({ Id, Names: [name = ""] }) =>
    own.has(Id) ? [] : [{ name: name.slice(1), holds: `volume ${volume}`, free: "rm -f" }],
  );
}

/** Removes every network of these names. @throws UserError that names the network and why it stays */
export async function removeNetworks(names: readonly string[]): Promise<void> {
  for (const { Id, Name } of await inspectNetworks(names)) await removeNetwork(Id, Name);
}

export async function removeNetwork(id: string, name: string): Promise<void> {
  const { code, stderr } = await run(["docker", "network", "rm", id], { expected: [0, 1] });
  if (code === 0 || /not found|No such network/i.test(stderr)) return;
  await refuseStrangers({ networks: [name], volumes: [], ours: [] });
  throw new UserError(
    `network ${name}: cannot be removed (${stderr.trim()})`,
    `docker network inspect ${name} shows what is attached`,
  );
}

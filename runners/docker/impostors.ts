import type { Stack } from "../stack.ts";
import { eachFromEngine } from "./engine-api.ts";
import type { ContainerState } from "./observe.ts";
import type { Survey } from "./survey.ts";

/** A container or service of somebody else's that is found under the name of one of the deployment's own. */
export interface Impostor {
  readonly network: string;

  /** As a person would say it. */
  readonly difference: string;
}

/** As warnings and `doctor` tell it. */
export const inALine = ({ network, difference }: Impostor): string => `network ${network}: ${difference}`;

/** Somebody else's container or service. */
export interface Stranger {
  readonly name: string;

  /** By network, the names under which it is found there. */
  readonly names: ReadonlyMap<string, readonly string[]>;
}

/**
 * Who else answers to the names of the deployment's services on its networks: the engine's DNS leads to one of them or
 * the other, and each container by itself is as configured.
 */
export async function impostors(
  stack: Stack,
  seen: Pick<Survey, "containers" | "networks">,
): Promise<readonly Impostor[]> {
  const own = new Set([...seen.containers.values()].map(({ Id }) => Id));
  const strangers = seen.networks
    .flatMap((network) => Object.keys(network.Containers))
    .filter((id) => !own.has(id));
  if (strangers.length === 0) return [];
  const found = await eachFromEngine<ContainerState>(
    [...new Set(strangers)],
    (id) => `/containers/${id}/json`,
  );
  return answeringToo(stack, found.map(strangerOf), {
    network: (name) => name,
    container: (name) => name,
    remedy: (network, name) => `docker network disconnect -f ${network} ${name}`,
  });
}

/** How things of the JSON are called where they run. */
interface Called {
  network(name: string): string;
  container(name: string): string;

  /** The command that takes somebody off a network. */
  remedy(network: string, name: string): string;
}

/** The one comparison, of containers on one machine and of services on a swarm. */
export const answeringToo = (
  { containers, networks }: Pick<Stack, "containers" | "networks">,
  strangers: readonly Stranger[],
  called: Called,
): readonly Impostor[] =>
  networks.flatMap(({ name: declared }) => {
    const network = called.network(declared);
    const hosts = new Set(
      containers.flatMap(({ name, networks }) =>
        networks
          .filter((one) => one.name === declared)
          .flatMap(({ aliases }) => [called.container(name), ...aliases]),
      ),
    );
    return strangers.flatMap(({ name, names }) => {
      const taken = (names.get(network) ?? []).filter((one) => hosts.has(one));
      if (taken.length === 0) return [];
      const difference = `${name}, which the configuration does not name, answers to ${taken.join(", ")} there as well: ${called.remedy(network, name)}`;
      return [{ network, difference }];
    });
  });

/** Its host name is among them; engines before 25 count that as an alias, later ones tell it as a DNS name alone. */
function strangerOf({ Name, NetworkSettings }: ContainerState): Stranger {
  const name = Name.slice(1);
  const names = Object.entries(NetworkSettings.Networks).map(
    ([network, { Aliases, DNSNames }]) =>
      [network, [...new Set([name, ...(Aliases ?? []), ...(DNSNames ?? [])])]] as const,
  );
  return { name, names: new Map(names) };
}

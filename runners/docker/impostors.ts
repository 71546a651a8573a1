import type { Stack } from "../stack.ts";
import { eachFromEngine } from "./engine-api.ts";
import type { ContainerState } from "./observe.ts";
import type { Survey } from "./survey.ts";

/** A container of somebody else's that is found under the name of one of the deployment's own. */
export interface Impostor {
  readonly network: string;

  /** As a person would say it. */
  readonly difference: string;
}

/**
 * Who else answers to the names of the deployment's services on its networks: the engine's DNS leads to one of them or
 * the other, and each container by itself is as configured.
 */
export async function impostors(
  { containers, networks }: Stack,
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
  return networks.flatMap(({ name: network }) => {
    const hosts = new Set(
      containers.flatMap(({ name, networks }) =>
        networks.filter((one) => one.name === network).flatMap(({ aliases }) => [name, ...aliases]),
      ),
    );
    return found.flatMap((state) => {
      const taken = namesOn(state, network).filter((name) => hosts.has(name));
      if (taken.length === 0) return [];
      const container = state.Name.slice(1);
      const difference = `${container}, which the configuration does not name, answers to ${taken.join(", ")} there as well: docker network disconnect -f ${network} ${container}`;
      return [{ network, difference }];
    });
  });
}

/** Under which names a container is found on a network; none if it is not on it. */
function namesOn({ Name, NetworkSettings }: ContainerState, network: string): readonly string[] {
  const { [network]: joined } = NetworkSettings.Networks;
  return joined === undefined ? [] : [...new Set([Name.slice(1), ...(joined.Aliases ?? [])])];
}

import type { Stack } from "../stack.ts";
import { isSpread } from "../swarm/place.ts";
import { listContainers, type Observation } from "./observe.ts";

/** A port that is published and that the configuration does not know. */
export interface Stranger {
  readonly container: string;
  readonly address: string;
  readonly port: number;

  /** Inside the container, `1883/tcp`. */
  readonly internal: string;
}

/** Ports that the deployment's containers publish besides those that are planned. */
export const unplannedPorts = (
  { containers }: Stack,
  seen: Pick<Observation, "containers">,
): readonly Stranger[] =>
  containers.flatMap(({ name, block }) =>
    Object.entries(seen.containers.get(name)?.NetworkSettings.Ports ?? {}).flatMap(([internal, bound]) =>
      (bound ?? [])
        .filter(
          ({ HostIp, HostPort }) =>
            !(block.ports ?? []).some(
              // A swarm publishes a port on every address of its node, of both families.
              ({ ip, external }) => (ip === HostIp || isSpread()) && external === Number(HostPort),
            ),
        )
        .map(({ HostIp, HostPort }) => ({
          ...{ container: name, internal },
          ...{ address: HostIp, port: Number(HostPort) },
        })),
    ),
  );

/** The ports of containers that somebody has put on the deployment's networks. */
export async function publishedByOthers({ containers, networks }: Stack): Promise<readonly Stranger[]> {
  if (networks.length === 0) return [];
  const found = await listContainers({ network: networks.map(({ name }) => name), status: ["running"] });
  return found.flatMap(({ Names: [name = ""], Ports }) => {
    const container = name.slice(1);
    if (containers.some((own) => own.name === container)) return [];
    return Ports.flatMap(({ IP = "", PrivatePort, PublicPort, Type }) =>
      PublicPort === undefined
        ? []
        : [{ container, address: IP, port: PublicPort, internal: `${PrivatePort}/${Type}` }],
    );
  });
}

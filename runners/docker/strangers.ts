import { run } from "../run.ts";
import type { Stack } from "../stack.ts";
import type { Observation } from "./observe.ts";

/** A port that is published and that the configuration does not know. */
export interface Stranger {
  readonly container: string;
  readonly address: string;
  readonly port: number;

  /** Inside the container, `1883/tcp`. */
  readonly internal: string;
}

/** Ports that the deployment's containers publish besides those that are planned. */
export const unplannedPorts = ({ containers }: Stack, seen: Observation): readonly Stranger[] =>
  containers.flatMap(({ name, block }) =>
    Object.entries(seen.containers.get(name)?.NetworkSettings.Ports ?? {}).flatMap(([internal, bound]) =>
      (bound ?? [])
        .filter(
          ({ HostIp, HostPort }) =>
            !(block.ports ?? []).some(({ ip, external }) => ip === HostIp && external === Number(HostPort)),
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
  const { stdout } = await run([
    ...(["docker", "ps", "--format", "{{.Names}}\t{{.Ports}}"] as const),
    ...networks.flatMap(({ name }) => ["--filter", `network=${name}`]),
  ]);
  return stdout.split("\n").flatMap((line) => {
    const [container = "", ports = ""] = line.split("\t");
    if (container === "" || containers.some(({ name }) => name === container)) return [];
    // `0.0.0.0:9000->9000/tcp, :::9000->9000/tcp`: what is only exposed has no arrow.
    return [...ports.matchAll(/(\S+):(\d+)->(\d+\/\w+)/g)].map(([, address = "", port, internal = ""]) => ({
      container,
      address,
      port: Number(port),
      internal,
    }));
  });
}

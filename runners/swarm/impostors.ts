import { composeProject, roleOf } from "../../core/labels.ts";
import { fromEngine } from "../docker/engine-api.ts";
import { answeringToo, type Impostor, type Stranger } from "../docker/impostors.ts";
import type { Stack } from "../stack.ts";
import { nameOnSwarm, STACK_LABEL, swarmService } from "./names.ts";

interface Joined {
  readonly Target: string;
  readonly Aliases?: readonly string[];
}

interface AnyService {
  readonly Spec: {
    readonly Name: string;
    readonly Mode?: { readonly Replicated?: { readonly Replicas?: number } };
    readonly TaskTemplate: {
      readonly ContainerSpec?: { readonly Hostname?: string };
      readonly Networks?: readonly Joined[] | null;
    };

    /** As clients of before 2017 say them. */
    readonly Networks?: readonly Joined[] | null;
  };
}

/**
 * Which services of others answer to the names of the deployment's on its networks. Only services can: the networks are closed to
 * containers (`Attachable` is compared with the other settings of a network). No question of the engine's API asks for a network's
 * services, so all of the swarm are read.
 */
export async function impostorsOnSwarm(stack: Stack): Promise<readonly Impostor[]> {
  const named = { project: composeProject(stack.name) };
  const filters = JSON.stringify({ label: [`${STACK_LABEL}=${named.project}`] });
  const [services = [], networks = []] = await Promise.all([
    fromEngine<readonly AnyService[]>("/services"),
    fromEngine<readonly { readonly Id: string; readonly Name: string }[]>("/networks", { filters }),
  ]);
  const roles = new Map(stack.containers.map((spec) => [spec.name, roleOf(spec)]));
  const own = new Set([...roles.values()].map((role) => swarmService(stack.name, role)));
  const nameOf = new Map(networks.map(({ Id, Name }) => [Id, Name]));
  const strangers = services
    .filter(({ Spec: { Name, Mode } }) => !own.has(Name) && Mode?.Replicated?.Replicas !== 0)
    .map((service) => strangerOf(service, nameOf));
  return answeringToo(stack, strangers, {
    network: (name) => nameOnSwarm(name, named),
    container: (name) => swarmService(stack.name, roles.get(name) as string),
    remedy: (network, name) => `docker service update --network-rm ${network} ${name}`,
  });
}

/** A service answers to its own name, its aliases and the host name of its tasks. */
function strangerOf({ Spec }: AnyService, nameOf: ReadonlyMap<string, string>): Stranger {
  const { Name: name, TaskTemplate } = Spec;
  const joined = [...(TaskTemplate.Networks ?? []), ...(Spec.Networks ?? [])];
  const also = TaskTemplate.ContainerSpec?.Hostname ?? [];
  const names = joined.map(
    ({ Target, Aliases = [] }) =>
      [nameOf.get(Target) ?? Target, [...new Set([name, ...Aliases, ...[also].flat()])]] as const,
  );
  return { name, names: new Map(names) };
}

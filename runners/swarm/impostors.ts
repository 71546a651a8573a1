import { UserError } from "../../core/errors.ts";
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
    readonly Labels?: Readonly<Record<string, string>> | null;
    readonly Mode?: { readonly Replicated?: { readonly Replicas?: number } };
    readonly TaskTemplate: {
      readonly ContainerSpec?: { readonly Hostname?: string };
      readonly Networks?: readonly Joined[] | null;
    };

    /** As clients of before 2017 say them. */
    readonly Networks?: readonly Joined[] | null;
  };
}

/** The name of each network of the deployment by its id, and all services of its swarm. */
async function lookAround(deployment: string) {
  const filters = JSON.stringify({ label: [`${STACK_LABEL}=${composeProject(deployment)}`] });
  const [services = [], networks = []] = await Promise.all([
    fromEngine<readonly AnyService[]>("/services"),
    fromEngine<readonly { readonly Id: string; readonly Name: string }[]>("/networks", { filters }),
  ]);
  return { services, nameOf: new Map(networks.map(({ Id, Name }) => [Id, Name])) };
}

const joinedBy = ({ Spec }: AnyService): readonly Joined[] => [
  ...(Spec.TaskTemplate.Networks ?? []),
  ...(Spec.Networks ?? []),
];

/**
 * Refuses services of others on networks that are about to be removed: the swarm would refuse in the middle of it, by their ids alone.
 *
 * @throws UserError that names each service and its network
 */
export async function refuseStrangersOnSwarm(deployment: string): Promise<void> {
  const { services, nameOf } = await lookAround(deployment);
  const strangers = services
    // Those of the stack go with it.
    .filter(({ Spec }) => Spec.Labels?.[STACK_LABEL] !== composeProject(deployment))
    .flatMap((service) =>
      joinedBy(service).flatMap(({ Target }) => {
        const network = nameOf.get(Target);
        return network === undefined ? [] : [{ name: service.Spec.Name, network }];
      }),
    );
  if (strangers.length === 0) return;
  throw new UserError(
    strangers
      .map(({ name, network }) => `${name}, which is not of this deployment, is on its network ${network}`)
      .join("\n"),
    "remove it if it is not needed, or take it off, then run this again:",
    ...strangers.map(({ name, network }) => offNetwork(network, name)),
  );
}

const offNetwork = (network: string, name: string): string =>
  `docker service update --network-rm ${network} ${name}`;

/**
 * Which services of others answer to the names of the deployment's on its networks. Only services can: the networks are closed to
 * containers (`Attachable` is compared with the other settings of a network). No question of the engine's API asks for a network's
 * services, so all of the swarm are read.
 */
export async function impostorsOnSwarm(stack: Stack): Promise<readonly Impostor[]> {
  const named = { project: composeProject(stack.name) };
  const { services, nameOf } = await lookAround(stack.name);
  const roles = new Map(stack.containers.map((spec) => [spec.name, roleOf(spec)]));
  const own = new Set([...roles.values()].map((role) => swarmService(stack.name, role)));
  const strangers = services
    .filter(({ Spec: { Name, Mode } }) => !own.has(Name) && Mode?.Replicated?.Replicas !== 0)
    .map((service) => strangerOf(service, nameOf));
  return answeringToo(stack, strangers, {
    network: (name) => nameOnSwarm(name, named),
    container: (name) => swarmService(stack.name, roles.get(name) as string),
    remedy: offNetwork,
  });
}

/** A service answers to its own name, its aliases and the host name of its tasks. */
function strangerOf(service: AnyService, nameOf: ReadonlyMap<string, string>): Stranger {
  const { Name: name, TaskTemplate } = service.Spec;
  const also = TaskTemplate.ContainerSpec?.Hostname ?? [];
  const names = joinedBy(service).map(
    ({ Target, Aliases = [] }) =>
      [nameOf.get(Target) ?? Target, [...new Set([name, ...Aliases, ...[also].flat()])]] as const,
  );
  return { name, names: new Map(names) };
}

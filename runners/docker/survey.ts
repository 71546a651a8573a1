import { COMPOSE_LABEL, composeProject, LABEL } from "../../core/labels.ts";
import type { VolumeState } from "../settings/volume.ts";
import type { Stack } from "../stack.ts";
import { type DeliveredFiles, deliveredFiles } from "./delivered-files.ts";
import { eachFromEngine } from "./engine-api.ts";
import { inspectNetworks, listNetworks, type NetworkState } from "./networks.ts";
import { listContainers, type Observation, observe } from "./observe.ts";

/** All that a configuration decides, as the engine has it. */
export interface Survey extends Observation {
  /** Docker allows more than one network of a name. */
  readonly networks: readonly NetworkState[];
  readonly volumes: ReadonlyMap<string, VolumeState>;

  /** Containers and networks that have the deployment's labels, and that the stack does not name. */
  readonly surplus: readonly { readonly kind: "container" | "network"; readonly name: string }[];

  /** The content of the volumes of files, by the name of the job that fills them. */
  readonly files: ReadonlyMap<string, DeliveredFiles>;
}

/**
 * Reads everything that can be compared with the stack.
 *
 * @param observed for who goes on with the containers before the rest is there
 */
export async function survey(stack: Stack, observed = observe(stack)): Promise<Survey> {
  const [seen, networks, volumes, files, surplus] = await Promise.all([
    observed,
    inspectNetworks(stack.networks.map(({ name }) => name)),
    inspectVolumes(stack),
    deliveredFiles(stack, observed),
    surplusOf(stack),
  ]);
  return { ...seen, networks, volumes, files, surplus };
}

async function surplusOf(stack: Stack): Promise<Survey["surplus"]> {
  const project = composeProject(stack.name);
  const [containers, networks] = await Promise.all([
    listContainers({ label: [`${LABEL.deployment}=${stack.name}`] }),
    listNetworks(),
  ]);
  const others = (found: readonly string[], named: readonly { readonly name: string }[]) =>
    found.filter((name) => !named.some((one) => one.name === name));
  const joined = networks.filter(({ Labels }) => Labels?.[COMPOSE_LABEL.project] === project);
  return [
    ...others(
      containers.map(({ Names: [name = ""] }) => name.slice(1)),
      stack.containers,
    ).map((name) => ({ kind: "container" as const, name })),
    ...others(
      joined.map(({ Name }) => Name),
      stack.networks,
    ).map((name) => ({ kind: "network" as const, name })),
  ];
}

export async function inspectVolumes({ volumes }: Stack): Promise<Survey["volumes"]> {
  const names = volumes.map(({ name }) => name);
  const found = await eachFromEngine<VolumeState>(names, (name) => `/volumes/${name}`);
  return new Map(found.map((state) => [state.Name, state]));
}

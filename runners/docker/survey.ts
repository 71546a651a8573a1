import type { VolumeState } from "../settings/volume.ts";
import type { Stack } from "../stack.ts";
import { type DeliveredFiles, deliveredFiles } from "./delivered-files.ts";
import { eachFromEngine } from "./engine-api.ts";
import { inspectNetworks, type NetworkState } from "./networks.ts";
import { type Observation, observe } from "./observe.ts";

/** All that a configuration decides, as the engine has it. */
export interface Survey extends Observation {
  /** Docker allows more than one network of a name. */
  readonly networks: readonly NetworkState[];
  readonly volumes: ReadonlyMap<string, VolumeState>;

  /** The content of the volumes of files, by the name of the job that fills them. */
  readonly files: ReadonlyMap<string, DeliveredFiles>;
}

/**
 * Reads everything that can be compared with the stack.
 *
 * @param observed for who goes on with the containers before the rest is there
 */
export async function survey(stack: Stack, observed = observe(stack)): Promise<Survey> {
  const [seen, networks, volumes, files] = await Promise.all([
    observed,
    inspectNetworks(stack.networks.map(({ name }) => name)),
    inspectVolumes(stack),
    deliveredFiles(stack, observed),
  ]);
  return { ...seen, networks, volumes, files };
}

export async function inspectVolumes({ volumes }: Stack): Promise<Survey["volumes"]> {
  const names = volumes.map(({ name }) => name);
  const found = await eachFromEngine<VolumeState>(names, (name) => `/volumes/${name}`);
  return new Map(found.map((state) => [state.Name, state]));
}

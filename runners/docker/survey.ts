import { run } from "../run.ts";
import type { VolumeState } from "../settings/volume.ts";
import type { Stack } from "../stack.ts";
import { type DeliveredFiles, deliveredFiles } from "./delivered-files.ts";
import { engineVersion } from "./engine-check.ts";
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
  const asked = Promise.all([
    observed,
    inspectNetworks(stack.networks.map(({ name }) => name)),
    inspectVolumes(stack),
    observed.then(({ containers }) => deliveredFiles(stack, (name) => containers.has(name))),
  ]);
  const [seen, networks, volumes, files] = await asked.catch(async (error: unknown) => {
    // An engine that is not there, or too old, is told as that, and not as the first question that failed.
    await engineVersion();
    throw error;
  });
  return { ...seen, networks, volumes, files };
}

export async function inspectVolumes({ volumes }: Stack): Promise<Survey["volumes"]> {
  if (volumes.length === 0) return new Map();
  const names = volumes.map(({ name }) => name);
  const { stdout } = await run(["docker", "volume", "inspect", ...names], { expected: [0, 1] });
  const found = JSON.parse(stdout.trim() || "[]") as readonly VolumeState[];
  return new Map(found.map((state) => [state.Name, state]));
}

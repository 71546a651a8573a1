import { FILES } from "../core/container-folders.ts";
import { fileChanges } from "./docker/delivered-files.ts";
import type { ContainerState, Observation } from "./docker/observe.ts";
import { qualified } from "./docker/observe.ts";
import { endOf, lastAnswer } from "./docker/reasons.ts";
import type { Survey } from "./docker/survey.ts";
import { type DeploymentRecord, isOfAnotherSpec } from "./record.ts";
import { containerChanges } from "./settings/container.ts";
import { networkChanges } from "./settings/network.ts";
import type { Change } from "./settings/settings.ts";
import { volumeChanges } from "./settings/volume.ts";
import { inWords } from "./settings/words.ts";
import type { ContainerSpec, Stack } from "./stack.ts";

/** How one resource differs from what was deployed. */
export interface Drift {
  readonly kind: "container" | "network" | "volume";
  readonly name: string;

  /** Each as a person would say it: "is stopped (exit code 1)". */
  readonly differences: readonly string[];

  /** Whether it has the deployment's labels, and the stack does not name it. @default - it does */
  readonly surplus?: true;

  /** The settings among them; none where it is not there, or does not run as it should. */
  readonly changes: readonly Change[];
}

/**
 * Compares everything that the configuration decides with what the engine has, and that with what the last `up` left
 * behind. Terraform alone would miss some of it: it does not read networks back, nor notice a paused or unhealthy
 * container, nor a health check, a pids limit or a file that somebody changed.
 *
 * @throws UserError for an attribute that cannot be compared
 */
export function findDrift(
  stack: Stack,
  seen: Survey,
  record: DeploymentRecord | undefined,
): readonly Drift[] {
  return [
    ...containerDrift(stack, seen, record, filesOf(stack, seen)),
    ...stack.networks.flatMap((spec) => {
      const found = seen.networks.filter(({ Name }) => Name === spec.name);
      const [state] = found;
      if (state === undefined) return drift("network", spec.name, ["is not there"]);
      if (found.length > 1) return drift("network", spec.name, [`is there ${found.length} times`]);
      const changes = networkChanges(spec, state);
      const isOther = changes.length === 0 && isOfAnotherSpec(spec, state, record);
      return drift("network", spec.name, isOther ? ["was made from another configuration"] : [], changes);
    }),
    ...volumeDrift(stack, seen.volumes),
    ...seen.surplus.map(({ kind, name }) => ({
      ...{ kind, name, surplus: true as const, differences: ["is not configured"], changes: [] },
    })),
  ];
}

export const volumeDrift = (stack: Stack, volumes: Survey["volumes"]): readonly Drift[] =>
  stack.volumes.flatMap((spec) => {
    const state = volumes.get(spec.name);
    if (state === undefined) return drift("volume", spec.name, ["is not there"]);
    return drift("volume", spec.name, [], volumeChanges(spec, state));
  });

/** The part of the comparison that needs nothing but the containers: how they run, and with which settings. */
export const containerDrift = (
  stack: Stack,
  seen: Observation,
  record: DeploymentRecord | undefined,
  files: (spec: ContainerSpec) => readonly Change[] = () => [],
): readonly Drift[] =>
  stack.containers.flatMap((spec) => {
    const state = seen.containers.get(spec.name);
    if (state === undefined) return drift("container", spec.name, ["is not there"]);
    const recorded = record?.containers[spec.name];
    if (recorded !== undefined && recorded !== state.Id)
      return drift("container", spec.name, ["was replaced by another container"]);
    const image = seen.images.get(qualified(spec.image));
    const isSame = image?.Id === state.Image;
    const differences = [...stateDifferences(spec, state), ...networkDifferences(spec, state, record)];
    // With another image all that the image says differs too, which nobody has to be told.
    const changes = [...containerChanges(spec, state, isSame ? image : undefined), ...files(spec)].filter(
      ({ setting }) => !seen.unapplied?.includes(setting),
    );
    return drift("container", spec.name, differences, [
      ...(isSame ? [] : [imageChange(spec, state)]),
      ...withoutExplained(changes),
    ]);
  });

/** Attributes in the config hash, besides files that cannot be read back: `core/config-hash.ts`. */
const HASHED = /^(file|healthcheck|init|tmpfs)\b/;

/** Another config hash says nothing where what it is made of is seen to differ. */
const withoutExplained = (changes: readonly Change[]): readonly Change[] =>
  changes.some(({ setting }) => HASHED.test(setting))
    ? changes.filter(({ setting }) => setting !== "files")
    : changes;

/** How a resource differs, in one line. */
export function difference({ differences }: Pick<Drift, "differences">): string {
  const rest = differences.length - SAID;
  return [...differences.slice(0, SAID), ...(rest > 0 ? [`and ${rest} more`] : [])].join("; ");
}

const SAID = 3;

function drift(
  kind: Drift["kind"],
  name: string,
  differences: readonly string[],
  changes: readonly Change[] = [],
): readonly Drift[] {
  if (differences.length === 0 && changes.length === 0) return [];
  return [{ kind, name, differences: [...differences, ...changes.map(inWords)], changes }];
}

/** Compose names the image of a container as it is declared, the provider by its id. */
const imageChange = ({ image }: ContainerSpec, { Config }: ContainerState): Change => ({
  ...{ setting: "image", declared: image },
  found:
    Config.Image === image
      ? "another of this name"
      : (/^sha256:[0-9a-f]{12}/.exec(Config.Image)?.[0] ?? Config.Image),
});

function stateDifferences(spec: ContainerSpec, state: ContainerState): readonly string[] {
  const { Status, Running, Paused, Restarting, ExitCode, OOMKilled, Health } = state.State;
  // It has exit code 0 from the start: a run that was killed may have made it and not started it.
  if (spec.job && Status === "created") return ["was never started"];
  if (spec.job) return Running || ExitCode === 0 ? [] : [`failed (${endOf(ExitCode, spec, OOMKilled)})`];
  if (Paused) return ["is paused"];
  if (!Running || Restarting) return [`is ${Status} (${endOf(ExitCode, spec, OOMKilled)})`];
  if (Health?.Status === "unhealthy") return [["is unhealthy", lastAnswer(state)].filter(Boolean).join(": ")];
  return [];
}

/** A network that was made again under its name has no other setting than before. */
function networkDifferences(
  spec: ContainerSpec,
  { NetworkSettings }: ContainerState,
  record: DeploymentRecord | undefined,
): readonly string[] {
  if (spec.job || spec.block.network_mode !== undefined) return [];
  return spec.networks.flatMap(({ name }) => {
    const [recorded, found] = [record?.networks[name], NetworkSettings.Networks[name]];
    return recorded === undefined || found === undefined || recorded === found.NetworkID
      ? []
      : [`is on another network than before that is also called ${name}`];
  });
}

/** The files of a delivery job that differ, for the job and for those who read them. */
function filesOf(
  { containers, folder }: Stack,
  { files }: Survey,
): (spec: ContainerSpec) => readonly Change[] {
  const byVolume = new Map(
    containers.flatMap((job) => {
      const volume = job.volumes.find(({ path }) => path === FILES)?.name;
      const changes = fileChanges(job, files.get(job.name), folder);
      return volume === undefined || changes.length === 0 ? [] : [[volume, changes] as const];
    }),
  );
  return ({ volumes }) =>
    volumes.flatMap(({ name, path }) => (path === FILES ? (byVolume.get(name) ?? []) : []));
}

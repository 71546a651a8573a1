import { LABEL } from "../../core/labels.ts";
import type { Stack } from "../stack.ts";
import { PlaceError } from "../swarm/node-engine.ts";
import { atContainer } from "../swarm/place.ts";
import { fromEngine } from "./engine-api.ts";
import { unappliedLimits } from "./unapplied.ts";

interface ProbeResult {
  readonly End: string;
  readonly ExitCode: number;
  readonly Output: string;
}

/** The part of `docker inspect CONTAINER` that the kit reads. */
export interface ContainerState {
  readonly Id: string;
  readonly Name: string;
  readonly Image: string;
  readonly State: {
    readonly Status: string;
    readonly Running: boolean;

    /** Of its first process on the engine's machine; 0 or absent while it does not run. */
    readonly Pid?: number;
    readonly Paused: boolean;
    readonly Restarting: boolean;
    readonly ExitCode: number;

    /** Whether the kernel ended it for memory, before its last start. */
    readonly OOMKilled: boolean;

    /** RFC 3339, in UTC. */
    readonly StartedAt: string;
    readonly Health?: {
      readonly Status: string;
      readonly Log?: readonly ProbeResult[] | null;
    };
  };
  readonly RestartCount: number;
  readonly Mounts?: readonly { readonly Name?: string; readonly [attribute: string]: unknown }[];

  /** More of it, of `HostConfig` and of `Mounts` is read by the attributes in `runners/settings/`. */
  readonly Config: { readonly Labels: Readonly<Record<string, string>> | null; readonly Image: string };
  readonly HostConfig: {
    readonly PortBindings: Readonly<
      Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[]>
    > | null;

    /** Bytes; 0 or -1 for no limit. */
    readonly Memory?: number;
    readonly MemorySwap?: number;
  };
  readonly NetworkSettings: {
    /** The ports that the engine has bound; empty while the container does not run. */
    readonly Ports?: Readonly<
      Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null>
    > | null;
    readonly Networks: Readonly<
      Record<
        string,
        {
          readonly NetworkID: string;

          /** Empty while the container does not run. */
          readonly IPAddress?: string;
          readonly GlobalIPv6Address?: string;
          readonly Aliases?: readonly string[] | null;

          /** All of its names there, of engines from 25 on. */
          readonly DNSNames?: readonly string[] | null;
          readonly IPAMConfig?: object | null;
        }
      >
    >;
  };
}

/** The part of a health check that the engine keeps; times in nanoseconds. */
export interface Healthcheck {
  readonly Test?: readonly string[];
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly StartPeriod?: number;
  readonly Retries?: number;
}

/** The part of `docker inspect IMAGE` that the kit reads: what a container has where nobody says otherwise. */
export interface ImageState {
  readonly Id: string;

  readonly RepoTags?: readonly string[] | null;
  readonly RepoDigests?: readonly string[] | null;

  /** As images name it: `amd64`. */
  readonly Architecture?: string;

  /** RFC 3339, in UTC. */
  readonly Created: string;
  readonly Config: {
    readonly Env?: readonly string[] | null;
    readonly Labels?: Readonly<Record<string, string>> | null;
    readonly User?: string;
    readonly WorkingDir?: string;
    readonly StopSignal?: string;
    readonly Entrypoint?: readonly string[] | null;
    readonly Cmd?: readonly string[] | null;
    readonly Healthcheck?: Healthcheck;
  };
}

/** The engine's containers and other things of a stack, by name. */
export interface Observation {
  readonly containers: ReadonlyMap<string, ContainerState>;

  /** Image reference to the image that it stands for now. */
  readonly images: ReadonlyMap<string, ImageState>;

  /** Settings that this engine cannot apply. @default - none */
  readonly unapplied?: readonly string[];
}

/** Reads every container and image of the stack. */
export async function observe(stack: Stack): Promise<Observation> {
  const references = [...new Set(stack.containers.map(({ image }) => qualified(image)))];
  const [found, images] = await Promise.all([
    inspect(stack.containers.map(({ name }) => name)),
    Promise.all(references.map(async (reference) => [reference, await imageOf(reference)] as const)),
  ]);
  const containers = new Map(found.map((state) => [state.Name.slice(1), state]));
  return {
    containers,
    unapplied: await unappliedLimits(stack, containers),
    images: new Map(
      images.flatMap(([reference, image]) => (image === undefined ? [] : [[reference, image] as const])),
    ),
  };
}

/** An image reference as the engine lists it: with a tag. */
export function qualified(reference: string): string {
  const last = reference.slice(reference.lastIndexOf("/") + 1);
  return last.includes(":") || last.includes("@") ? reference : `${reference}:latest`;
}

/**
 * Containers of these names or ids, as far as they exist; on a swarm, as far as they run.
 *
 * @throws PlaceError where one is on a node that cannot be asked
 */
export async function inspect(names: readonly string[]): Promise<readonly ContainerState[]> {
  const { found, unseen } = await inspectSome(names);
  if (unseen[0] !== undefined) throw unseen[0];
  return found;
}

/** The same of those that can be asked, with why others cannot. */
export async function inspectSome(names: readonly string[]): Promise<{
  readonly found: readonly ContainerState[];
  readonly unseen: readonly PlaceError[];
}> {
  const asked = names.map((name) =>
    atContainer(name, (id) => stateOf(name, id)).catch((error: unknown) => {
      if (!(error instanceof PlaceError)) throw error;
      return error.isNowhere ? undefined : error;
    }),
  );
  const all = (await Promise.all(asked)).flatMap((answer) => answer ?? []);
  return {
    found: all.flatMap((answer) => (answer instanceof PlaceError ? [] : [answer])),
    unseen: all.flatMap((answer) => (answer instanceof PlaceError ? [answer] : [])),
  };
}

/** On a swarm it has another name and is told under that which the JSON has. */
async function stateOf(name: string, id: string): Promise<ContainerState | undefined> {
  const state = await fromEngine<ContainerState>(`/containers/${id}/json`);
  return state === undefined || id === name ? state : { ...state, Name: `/${name}` };
}

/** The image that a reference or an id stands for; undefined where the engine has none. */
export const imageOf = (reference: string): Promise<ImageState | undefined> =>
  fromEngine(`/images/${reference}/json`);

/** Every container that carries the deployment's label, running or not. */
export const labelled = (deployment: string): Promise<readonly ContainerState[]> =>
  withLabel(`${LABEL.deployment}=${deployment}`);

/** @param label `name`, or `name=value` */
export const withLabel = async (label: string): Promise<readonly ContainerState[]> =>
  inspect((await listContainers({ label: [label] })).map(({ Id }) => Id));

/** The part of a container in the engine's list that the kit reads. */
interface ListedContainer {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly State: string;
  readonly Ports: readonly {
    readonly IP?: string;
    readonly PrivatePort: number;

    /** Absent for one that is only exposed. */
    readonly PublicPort?: number;
    readonly Type: string;
  }[];
}

/** As in Docker's API; more than one value of a name means any of them. */
export type Filters = Readonly<Record<string, readonly string[]>>;

/** Containers, running or not. */
export const listContainers = async (filters: Filters): Promise<readonly ListedContainer[]> =>
  (await fromEngine<readonly ListedContainer[]>("/containers/json", {
    all: "1",
    filters: JSON.stringify(filters),
  })) ?? [];

/** Names of volumes. */
export async function listVolumes(filters: Filters = {}): Promise<readonly string[]> {
  const found = await fromEngine<{ readonly Volumes: readonly { readonly Name: string }[] | null }>(
    "/volumes",
    {
      filters: JSON.stringify(filters),
    },
  );
  return (found?.Volumes ?? []).map(({ Name }) => Name);
}

import { LABEL } from "../../core/labels.ts";
import { run } from "../run.ts";
import type { Stack } from "../stack.ts";
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

type Inspected = ContainerState & {
  readonly RepoTags?: readonly string[];
  readonly RepoDigests?: readonly string[];
};

/** Reads every container and image of the stack in one call to the engine. */
export async function observe(stack: Stack): Promise<Observation> {
  const names = stack.containers.map(({ name }) => name);
  const references = [...new Set(stack.containers.map(({ image }) => qualified(image)))];
  const found = await inspect([...names, ...references]);
  const images = found.filter((entry) => entry.State === undefined);
  const containers = new Map(
    found.filter((entry) => entry.State !== undefined).map((entry) => [entry.Name.slice(1), entry]),
  );
  return {
    containers,
    unapplied: await unappliedLimits(stack, containers),
    images: new Map(
      images.flatMap((image) =>
        [...(image.RepoTags ?? []), ...(image.RepoDigests ?? [])].map(
          (reference) => [reference, image as unknown as ImageState] as const,
        ),
      ),
    ),
  };
}

/** An image reference as the engine lists it: with a tag. */
export function qualified(reference: string): string {
  const last = reference.slice(reference.lastIndexOf("/") + 1);
  return last.includes(":") || last.includes("@") ? reference : `${reference}:latest`;
}

/** `docker inspect` of those of them that exist. */
export async function inspect(names: readonly string[]): Promise<readonly Inspected[]> {
  if (names.length === 0) return [];
  const { stdout } = await run(["docker", "inspect", ...names], { expected: [0, 1] });
  return JSON.parse(stdout.trim() || "[]") as Inspected[];
}

/** Every container that carries the deployment's label, running or not. */
export async function labelled(deployment: string): Promise<readonly Inspected[]> {
  const filter = `label=${LABEL.deployment}=${deployment}`;
  const { stdout } = await run(["docker", "ps", "--all", "--quiet", "--no-trunc", "--filter", filter]);
  return inspect(stdout.split("\n").filter(Boolean));
}

import { docker } from "./e2e.ts";

/** The part of `docker inspect` that tests look at by name. */
export interface Inspected extends Readonly<Record<string, unknown>> {
  readonly Id: string;
  readonly Name: string;
  readonly Image: string;
  readonly State: {
    readonly ExitCode: number;
    readonly Running: boolean;
    readonly StartedAt: string;
    readonly FinishedAt: string;
  };
  readonly Config: {
    readonly User: string;
    readonly Image: string;
    readonly Env: readonly string[] | null;
    readonly Labels: Readonly<Record<string, string>>;
    readonly Healthcheck: { readonly Test: readonly string[] };
  };
  readonly HostConfig: {
    readonly ReadonlyRootfs: boolean;
    readonly Init: boolean;
    readonly CapDrop: readonly string[];
    readonly CapAdd: readonly string[] | null;
    readonly SecurityOpt: readonly string[];
    readonly Ulimits: readonly { readonly Name: string; readonly Soft: number; readonly Hard: number }[];
    readonly Privileged: boolean;
    readonly Memory: number;
    readonly MemorySwap: number;
    readonly NanoCpus: number;
    readonly Binds: readonly string[] | null;
    readonly LogConfig: unknown;
    readonly RestartPolicy: { readonly Name: string };
    readonly PortBindings: Readonly<
      Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[]>
    > | null;
  };
  readonly Mounts: readonly { readonly Destination: string }[];
  readonly NetworkSettings: {
    readonly Networks: Readonly<
      Record<string, { readonly IPAddress: string; readonly Aliases: readonly string[] | null }>
    >;
  };
}

/** `docker inspect`, parsed. */
export async function inspectAll(names: readonly string[]): Promise<readonly Inspected[]> {
  return JSON.parse(await docker("inspect", "--type", "container", ...names));
}

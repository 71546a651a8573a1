const MEBIBYTE = 1_048_576;

/** What `docker inspect` says of a task's container, as far as guarantees are concerned. */
export interface Container {
  readonly Id: string;
  readonly Image: string;
  readonly State: { readonly Status: string; readonly ExitCode: number };
  readonly Config: {
    readonly User: string;
    readonly StopSignal?: string;
    readonly Healthcheck?: { readonly Test: readonly string[] };
  };
  readonly HostConfig: {
    readonly ReadonlyRootfs: boolean;
    readonly CapDrop: readonly string[] | null;
    readonly CapAdd: readonly string[] | null;
    readonly Memory: number;
    readonly MemorySwap: number;
    readonly NanoCpus: number;
    readonly PidsLimit: number | null;
    readonly Init: boolean;
    readonly Ulimits:
      | readonly { readonly Name: string; readonly Soft: number; readonly Hard: number }[]
      | null;
    readonly LogConfig: { readonly Type: string; readonly Config: Readonly<Record<string, string>> };
    readonly Mounts: readonly {
      readonly Type: string;
      readonly Target: string;
      readonly TmpfsOptions?: { readonly SizeBytes: number };
    }[];
  };
}

/** The same words as the report, made of what runs. */
export const seen: Readonly<Record<string, (found: Container) => string>> = {
  "read-only-root": ({ HostConfig }) => (HostConfig.ReadonlyRootfs ? "on" : "off"),
  capabilities: ({ HostConfig: { CapDrop, CapAdd } }) =>
    [...(CapDrop ?? []).map((name) => `-${name}`), ...(CapAdd ?? []).map((name) => `+${name}`)].join(" "),
  user: ({ Config }) => Config.User,
  memory: ({ HostConfig }) => `${HostConfig.Memory / MEBIBYTE} MiB`,
  cpus: ({ HostConfig }) => `${HostConfig.NanoCpus / 1e9}`,
  pids: ({ HostConfig }) => `${HostConfig.PidsLimit || ""}`,
  init: ({ HostConfig }) => (HostConfig.Init ? "on" : "off"),
  "open-files": ({ HostConfig }) =>
    (HostConfig.Ulimits ?? []).map(({ Soft, Hard }) => `${Soft}:${Hard}`).join(" "),
  logs: ({ HostConfig: { LogConfig } }) =>
    `${LogConfig.Type}, ${LogConfig.Config["max-file"]} files of ${LogConfig.Config["max-size"]}`,
};

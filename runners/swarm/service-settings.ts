import { LABEL } from "../../core/labels.ts";
import { duration } from "../settings/durations.ts";
import { flat, type Settings } from "../settings/settings.ts";

/** A service as the engine's API describes it, as far as a stack file decides it. */
export interface ServiceSpec {
  readonly Labels: Readonly<Record<string, string>>;
  readonly TaskTemplate: {
    readonly ContainerSpec: {
      readonly Image: string;
      readonly Labels?: Readonly<Record<string, string>>;
      readonly Command?: readonly string[];
      readonly Args?: readonly string[];
      readonly Env?: readonly string[];
      readonly User?: string;
      readonly Init?: boolean;
      readonly ReadOnly?: boolean;
      readonly StopSignal?: string;
      readonly StopGracePeriod?: number;
      readonly CapabilityAdd?: readonly string[];
      readonly CapabilityDrop?: readonly string[];
      readonly Ulimits?: readonly { readonly Name: string; readonly Soft: number; readonly Hard: number }[];
      readonly Mounts?: readonly Mount[];
      readonly Healthcheck?: {
        readonly Test?: readonly string[];
        readonly Interval?: number;
        readonly Timeout?: number;
        readonly StartPeriod?: number;
        readonly Retries?: number;
      };
      readonly Configs?: readonly (Granted & { readonly ConfigName: string })[];
      readonly Secrets?: readonly (Granted & { readonly SecretName: string })[];
    };
    readonly Resources?: {
      readonly Limits?: Amounts & { readonly Pids?: number };
      readonly Reservations?: Amounts;
    };
    readonly RestartPolicy?: {
      readonly Condition?: string;
      readonly Delay?: number;
      readonly MaxAttempts?: number;
      readonly Window?: number;
    };
    readonly Placement?: { readonly Constraints?: readonly string[] };
    readonly Networks?: readonly { readonly Target: string; readonly Aliases?: readonly string[] }[];
    readonly LogDriver?: { readonly Name?: string; readonly Options?: Readonly<Record<string, string>> };

    /** Counts how often its tasks were replaced although nothing changed. */
    readonly ForceUpdate?: number;
  };
  readonly Mode: { readonly Replicated?: { readonly Replicas?: number } };
  readonly UpdateConfig?: Update;
  readonly RollbackConfig?: Update;
  readonly EndpointSpec?: { readonly Mode?: string; readonly Ports?: readonly Port[] };
}

interface Amounts {
  readonly NanoCPUs?: number;
  readonly MemoryBytes?: number;
}

interface Granted {
  readonly File?: {
    readonly Name: string;
    readonly UID: string;
    readonly GID: string;
    readonly Mode: number;
  };
}

interface Mount {
  readonly Type: string;
  readonly Source?: string;
  readonly Target: string;
  readonly ReadOnly?: boolean;
  readonly TmpfsOptions?: { readonly SizeBytes?: number };
}

interface Update {
  readonly Order?: string;
  readonly FailureAction?: string;
}

interface Port {
  readonly Protocol: string;
  readonly TargetPort: number;
  readonly PublishedPort: number;
  readonly PublishMode: string;
}

const MEBIBYTE = 1_048_576;
const BILLION = 1e9;

/** In a list of settings, the name of the config or secret that is the file of this path. */
export const fileSetting = (path: string): string => `files.${path}`;

/** A list of `NAME=value` by name. */
export const variables = (list: readonly string[] = []): Readonly<Record<string, string>> =>
  Object.fromEntries(
    list.map((entry) => {
      const [name = "", value] = entry.split(/=(.*)/s);
      return [name, value || '""'];
    }),
  );

/** A port of its node, or of every node: one line each, in one order. */
export const portLines = (
  ports: readonly {
    readonly published: number;
    readonly target: number;
    readonly protocol: string;
    readonly mode: string;
  }[],
): readonly string[] =>
  ports
    .map(({ published, target, protocol, mode }) => `${mode} ${published}:${target}/${protocol}`)
    .toSorted();

/** Capabilities as Docker knows them by two names each. */
export const capabilities = (names: readonly string[] = []): readonly string[] =>
  names.map((name) => name.replace(/^CAP_/, "")).toSorted();

/** The labels of a service that a person chooses; the others say who made it, and follow from its files. */
export const chosenLabels = (labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(labels).filter(
      ([name]) =>
        !name.startsWith("com.docker.") &&
        ![LABEL.configHash, LABEL.checkout, LABEL.rotation, LABEL.done].includes(name as never),
    ),
  );

/**
 * What a service is set to, in the words of `declaredSettings`, so that the two can be compared.
 *
 * @param networks name of each network by its id
 */
export function serviceSettings(spec: ServiceSpec, networks: ReadonlyMap<string, string>): Settings {
  const { TaskTemplate, Mode, UpdateConfig, RollbackConfig, EndpointSpec } = spec;
  const { ContainerSpec, Resources = {}, RestartPolicy = {}, LogDriver } = TaskTemplate;
  const { Limits = {}, Reservations = {} } = Resources;
  return Object.assign(
    {},
    processSettings(ContainerSpec),
    flat("networks_advanced", networkSettings(TaskTemplate.Networks ?? [], networks, spec)),
    flat("memory", (Limits.MemoryBytes ?? 0) / MEBIBYTE),
    flat("memory_reservation", (Reservations.MemoryBytes ?? 0) / MEBIBYTE),
    flat("cpus", (Limits.NanoCPUs ?? 0) / BILLION),
    flat("pids_limit", Limits.Pids),
    flat("restart", {
      condition: RestartPolicy.Condition,
      delay: duration(RestartPolicy.Delay ?? 0),
      max_attempts: RestartPolicy.MaxAttempts,
      window: duration(RestartPolicy.Window ?? 0),
    }),
    flat("placement", TaskTemplate.Placement?.Constraints),
    flat("log_driver", LogDriver?.Name),
    flat("log_opts", LogDriver?.Options),
    // A service that is scaled to none has that as its setting, too.
    { replicas: String(Mode.Replicated?.Replicas ?? "global") },
    flat("update", { order: UpdateConfig?.Order, failure_action: UpdateConfig?.FailureAction }),
    flat("rollback", { order: RollbackConfig?.Order, failure_action: RollbackConfig?.FailureAction }),
    flat("endpoint_mode", EndpointSpec?.Mode),
    flat("ports", portLines((EndpointSpec?.Ports ?? []).map(portOf))),
    flat("labels", chosenLabels(spec.Labels)),
  ) as Settings;
}

const portOf = ({ Protocol, TargetPort, PublishedPort, PublishMode }: Port) => ({
  ...{ published: PublishedPort, target: TargetPort, protocol: Protocol, mode: PublishMode },
});

/** The fields that have a setting of their own, and two that every service has. The others are nothing that a stack file of the kit says. */
const NAMED: Readonly<Record<keyof ServiceSpec["TaskTemplate"]["ContainerSpec"] | "Isolation", true>> = {
  ...{ Image: true, Labels: true, Command: true, Args: true, Env: true, User: true, Init: true },
  ...{ ReadOnly: true, StopSignal: true, StopGracePeriod: true, CapabilityAdd: true, CapabilityDrop: true },
  ...{ Ulimits: true, Mounts: true, Healthcheck: true, Configs: true, Secrets: true, Isolation: true },
};

function processSettings(container: ServiceSpec["TaskTemplate"]["ContainerSpec"]): Settings {
  const { Healthcheck = {}, Configs = [], Secrets = [], Mounts: mounts = [] } = container;
  const files = [
    ...Configs.map(({ File, ConfigName }) => [File?.Name, ConfigName]),
    ...Secrets.map(({ File, SecretName }) => [File?.Name, SecretName]),
  ];
  return Object.assign(
    {},
    // The digest that a registry has of it is added by the client.
    flat("image", container.Image),
    flat("entrypoint", container.Command),
    flat("command", container.Args),
    flat("env", variables(container.Env)),
    flat("user", container.User),
    flat("init", container.Init),
    flat("read_only", container.ReadOnly),
    flat("stop_signal", container.StopSignal),
    flat("stop_timeout", duration(container.StopGracePeriod ?? 0)),
    flat("capabilities", {
      add: capabilities(container.CapabilityAdd),
      drop: capabilities(container.CapabilityDrop),
    }),
    flat(
      "ulimit",
      Object.fromEntries((container.Ulimits ?? []).map(({ Name, Soft, Hard }) => [Name, `${Soft}:${Hard}`])),
    ),
    flat(
      "volumes",
      Object.fromEntries(
        mounts
          .filter(({ Source = "" }) => Source !== "")
          .map(({ Source, Target, ReadOnly }) => [Target, `${Source}:${ReadOnly ? "ro" : "rw"}`]),
      ),
    ),
    flat(
      "tmpfs",
      Object.fromEntries(
        mounts
          .filter(({ Source = "" }) => Source === "")
          .map(({ Type, Target, TmpfsOptions }) => [
            Target,
            Type === "tmpfs" ? `${TmpfsOptions?.SizeBytes ?? "any size"}` : "volume",
          ]),
      ),
    ),
    flat("healthcheck", {
      test: Healthcheck.Test,
      interval: duration(Healthcheck.Interval ?? 0),
      timeout: duration(Healthcheck.Timeout ?? 0),
      start_period: duration(Healthcheck.StartPeriod ?? 0),
      retries: Healthcheck.Retries,
    }),
    ...files.map(([path = "", name]) => ({ [fileSetting(path)]: name as string })),
    ...Object.entries(container)
      .filter(([name]) => !(name in NAMED))
      .map(([name, value]) => flat(name, value)),
  ) as Settings;
}

/** Aliases of a service on a network, without its name in the stack, which each has. */
export const joinedAs = (aliases: readonly string[], role: string | undefined): string =>
  [...new Set(aliases.filter((alias) => alias !== role))].toSorted().join(" ") || "no alias";

const networkSettings = (
  joined: readonly { readonly Target: string; readonly Aliases?: readonly string[] }[],
  names: ReadonlyMap<string, string>,
  { Labels }: ServiceSpec,
) =>
  Object.fromEntries(
    joined.map(({ Target, Aliases = [] }) => [
      names.get(Target) ?? Target,
      joinedAs(Aliases, Labels[LABEL.role]),
    ]),
  );

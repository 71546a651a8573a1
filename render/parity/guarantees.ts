import { dataOf } from "../../core/data.ts";
import { LABEL, roleOf } from "../../core/labels.ts";
import { duration } from "../../runners/settings/durations.ts";
import type { ContainerSpec, Stack } from "../../runners/stack.ts";
import type { Upload } from "../../runners/stack-json.ts";
import type { SwarmPlan, SwarmService } from "../swarm/plan.ts";

/** Who makes the containers real. */
export const TARGETS = ["terraform", "compose", "swarm", "swarm-terraform"] as const;
export type Target = (typeof TARGETS)[number];

/** A service as compose.yaml or stack.yaml has it. */
export type Yaml = Readonly<Record<string, unknown>>;

/** A container and what each target is told of it. */
export interface Told {
  readonly container: ContainerSpec;
  readonly stack: Stack;
  readonly compose: Yaml;

  /** Absent for what is no service on a swarm. */
  readonly swarm?: {
    readonly service: SwarmService;
    readonly yaml: Yaml;
    readonly plan: SwarmPlan;

    /** Whom it waits for where Terraform makes the services. */
    readonly after: readonly string[];

    /** What Terraform is told of it, in the words of a stack file. */
    readonly terraform: Yaml;
  };
}

/** One guarantee as a text for each container: the same text is the same guarantee. */
export interface Guarantee {
  readonly id: string;

  /** As a sentence of the report. */
  readonly title: string;

  /** The guarantee that the JSON asks for. @returns undefined where it asks for nothing */
  readonly asked: (told: Told) => string | undefined;

  /** The setting of a target, read back from what it is given. @default for Terraform - what was asked, which it reads itself */
  readonly terraform?: (told: Told) => string | undefined;
  readonly compose: (told: Told) => string | undefined;
  readonly swarm: (told: Required<Told>) => string | undefined;

  /** For services that Terraform makes. @default - as `swarm`, of what Terraform is told */
  readonly swarmByTerraform?: (told: Required<Told>) => string | undefined;

  /** Why a target has less. @default for services that Terraform makes - as of a stack file */
  readonly reasons: Partial<Record<Target, string>>;
}

const text = (value: unknown): string | undefined =>
  value === undefined ? undefined : typeof value === "string" ? value : JSON.stringify(value);
const isOn = (value: unknown): string | undefined => (value === true ? "on" : undefined);
const list = (values: unknown): readonly string[] => (Array.isArray(values) ? values.map(String) : []);
const record = (value: unknown): Readonly<Record<string, unknown>> => Object(value);
const deployOf = ({ swarm }: Required<Told>) => record(swarm.yaml.deploy);
const limitsOf = (told: Required<Told>) => record(record(deployOf(told).resources).limits);

const capabilities = (drop: unknown, add: unknown): string | undefined => {
  const [dropped, added] = [list(drop).toSorted(), list(add).toSorted()];
  if (dropped.length === 0) return undefined;
  return [...dropped.map((name) => `-${name}`), ...added.map((name) => `+${name}`)].join(" ");
};

/** `256m` of compose and `256M` of a stack file are 256 MiB. */
const mebibytes = (value: unknown): string | undefined => {
  const [, count] = /^(\d+)[mM]$/.exec(String(value)) ?? [];
  return count === undefined ? undefined : `${count} MiB`;
};

const cpus = (value: unknown): string | undefined => (value === undefined ? undefined : `${Number(value)}`);

const files = (limits: unknown): string | undefined => {
  const { nofile } = record(limits);
  const { soft, hard } = record(nofile);
  return nofile === undefined ? undefined : `${soft}:${hard}`;
};

const logs = (value: unknown): string | undefined => {
  const { driver, options } = record(value);
  const { "max-file": count, "max-size": size } = record(options);
  return driver === undefined ? undefined : `${driver}, ${count} files of ${size}`;
};

const health = (value: unknown): string | undefined => {
  const { test, interval, timeout, retries, start_period } = record(value);
  const times = [interval, timeout, start_period].map(duration);
  return test === undefined ? undefined : JSON.stringify([test, ...times, retries]);
};

const pids = ({ labels }: ContainerSpec): string | undefined => labels[LABEL.pidsLimit];

const lasting = ({ job }: ContainerSpec): string => (job ? "once" : "for ever");
const POLICIES: Readonly<Record<string, string>> = {
  "unless-stopped": "for ever",
  no: "once",
  any: "for ever",
  "on-failure": "once",
};

const tmpfs = (entries: readonly string[]): string | undefined =>
  entries.length === 0 ? undefined : entries.toSorted().join(" ");

/** The files that a container is handed over. Those that only deliver files have no place of their own on a swarm. */
const handedOver = ({ container, stack }: Told): readonly (Upload & { readonly path: string })[] =>
  container.job
    ? []
    : container.volumes.flatMap(({ name, path }) => {
        const delivery = stack.containers.find(
          ({ uploads, volumes }) => uploads.length > 0 && volumes.some((one) => one.name === name),
        );
        return (delivery?.uploads ?? []).map((upload) => ({
          ...upload,
          path: `${path}/${upload.file.split("/").at(-1)}`,
        }));
      });

const mounted = (told: Told): readonly string[] =>
  handedOver(told).flatMap((upload) => ("source" in upload ? [upload.path] : []));

/** The same for a container that has only the volumes which its compose service has. */
function asComposed(told: Told): Told {
  const { container, compose } = told;
  const volumes = new Set(list(compose.volumes).map((volume) => volume.split(":")[0]));
  return {
    ...told,
    container: { ...container, volumes: container.volumes.filter(({ name }) => volumes.has(name)) },
  };
}

/** The bridge of a broker, with its files: each of them is named for it. */
function bridged({ container, stack: { bridge } }: Told, paths: readonly string[]): string | undefined {
  if (bridge === undefined || roleOf(container) !== "mosquitto") return undefined;
  const { site, host, port } = bridge;
  const files = paths.filter((path) => (path.split("/").at(-1) ?? "").startsWith("bridge")).toSorted();
  return files.length === 0 ? undefined : `as ${site} to ${host}:${port} by ${files.join(" ")}`;
}

const secrets = (paths: readonly string[]): string | undefined =>
  paths.length === 0
    ? undefined
    : [...new Set(paths.map((path) => path.split("/").at(-1)))].toSorted().join(" ");

const order = (roles: readonly string[]): string | undefined =>
  roles.length === 0 ? undefined : roles.toSorted().join(" ");

/** Of what it waits for, those that stay services or jobs everywhere. */
const awaited = ({ container, stack, swarm }: Told): readonly string[] =>
  container.dependsOn.flatMap((name) => {
    const other = stack.containers.find((one) => one.name === name);
    const stays = swarm?.plan.services.some((one) => one.container === other) ?? true;
    return other === undefined || !stays ? [] : [roleOf(other)];
  });

const inside = (
  names: readonly string[],
  stack: Stack,
  isInternal: (name: string) => boolean,
): string | undefined => {
  const shut = names.filter(isInternal).toSorted();
  return stack.networks.length === 0 || shut.length === 0 ? undefined : shut.join(" ");
};

const shortened = (name: string, { name: deployment }: Stack): string =>
  name.replace(`exploreiot-${deployment}-`, "");

const data = ({ container, stack }: Told) => {
  const kept = dataOf(stack.containers);
  return container.volumes.filter(({ name, readOnly }) => !readOnly && kept.includes(name));
};

/** Every guarantee of the kit that a target may keep or not, in the order of the report. */
export const guarantees: readonly Guarantee[] = [
  {
    id: "read-only-root",
    title: "root file system read-only",
    asked: ({ container }) => isOn(container.block.read_only),
    compose: ({ compose }) => isOn(compose.read_only),
    swarm: ({ swarm }) => isOn(swarm.yaml.read_only),
    reasons: {},
  },
  {
    id: "capabilities",
    title: "capabilities dropped",
    asked: ({ container: { block } }) => capabilities(block.capabilities?.drop, block.capabilities?.add),
    compose: ({ compose }) => capabilities(compose.cap_drop, compose.cap_add),
    swarm: ({ swarm }) => capabilities(swarm.yaml.cap_drop, swarm.yaml.cap_add),
    reasons: {},
  },
  {
    id: "no-new-privileges",
    title: "no new privileges",
    asked: ({ container }) => isOn(list(container.block.security_opts).includes("no-new-privileges:true")),
    compose: ({ compose }) => isOn(list(compose.security_opt).includes("no-new-privileges:true")),
    // `docker stack deploy` ignores this option of stack files: so they leave it out.
    swarm: () => "as the engine of the node has it",
    reasons: {
      swarm:
        "docker stack deploy ignores security_opt; start.sh refuses where the manager's engine does not give it to every container (no-new-privileges in daemon.json), and nobody asks the other nodes",
      "swarm-terraform":
        "a service has no such setting at the provider either; the manager's engine is asked as for a stack file, and nobody asks the other nodes",
    },
  },
  {
    id: "user",
    title: "a user of its own, not root",
    asked: ({ container: { block } }) => (block.user?.startsWith("0:") ? undefined : block.user),
    compose: ({ compose }) => text(compose.user),
    swarm: ({ swarm }) => text(swarm.yaml.user),
    reasons: {},
  },
  {
    id: "memory",
    title: "memory limit",
    asked: ({ container: { block } }) => (block.memory === undefined ? undefined : `${block.memory} MiB`),
    compose: ({ compose }) => mebibytes(compose.mem_limit),
    swarm: (told) => mebibytes(limitsOf(told).memory),
    reasons: {},
  },
  {
    id: "swap",
    title: "no swap beyond the memory limit",
    asked: ({ container: { block } }) =>
      isOn(block.memory_swap !== undefined && block.memory_swap === block.memory),
    compose: ({ compose }) =>
      isOn(compose.memswap_limit !== undefined && compose.memswap_limit === compose.mem_limit),
    swarm: () => undefined,
    reasons: {
      swarm:
        "a service has no limit of swap, and the engine allows as much again as the memory; switch swap off on the nodes",
    },
  },
  {
    id: "cpus",
    title: "limit of processors",
    asked: ({ container }) => cpus(container.block.cpus),
    compose: ({ compose }) => cpus(compose.cpus),
    swarm: (told) => cpus(limitsOf(told).cpus),
    reasons: {},
  },
  {
    id: "pids",
    title: "limit of processes",
    asked: ({ container }) => pids(container),
    // The provider has no such attribute: it stays a label.
    terraform: () => undefined,
    compose: ({ compose }) => text(compose.pids_limit),
    swarm: (told) => text(limitsOf(told).pids),
    reasons: {
      terraform: "the provider has no such attribute; the engine's own default holds, where it has one",
      "swarm-terraform":
        "the provider has no such attribute of a service; the engine's own default holds, where it has one",
    },
  },
  {
    id: "open-files",
    title: "limit of open files",
    asked: ({ container: { block } }) =>
      files(Object.fromEntries((block.ulimit ?? []).map(({ name, ...rest }) => [name, rest]))),
    compose: ({ compose }) => files(compose.ulimits),
    swarm: ({ swarm }) => files(swarm.yaml.ulimits),
    reasons: {
      "swarm-terraform":
        "the provider has no such attribute of a service; default-ulimits in daemon.json of every node holds, where it is set",
    },
  },
  {
    id: "tmpfs",
    title: "scratch in memory: limited, nothing runs from it, its owner's alone",
    asked: ({ container: { block } }) =>
      tmpfs(Object.entries(block.tmpfs ?? {}).map(([path, options]) => `${path}:${options}`)),
    compose: ({ compose }) => tmpfs(list(compose.tmpfs)),
    swarm: ({ swarm }) =>
      tmpfs(
        (Array.isArray(swarm.yaml.volumes) ? swarm.yaml.volumes : [])
          .filter(({ source }) => source === undefined)
          .map(({ type, target, tmpfs }) =>
            type === "tmpfs"
              ? `${target}:size=${tmpfs.size / 1_048_576}m,noexec,nosuid,nodev,mode=1777`
              : `${target}:on disk`,
          ),
      ),
    reasons: {
      swarm:
        "of a tmpfs of a service the size alone is said; the engine mounts it noexec, nosuid and nodev, and every user of the container may write to it; a folder other than /tmp, /var/tmp and /dev/shm is on the node's disk",
    },
  },
  {
    id: "init",
    title: "an init that reaps processes",
    asked: ({ container }) => isOn(container.block.init),
    compose: ({ compose }) => isOn(compose.init),
    swarm: ({ swarm }) => isOn(swarm.yaml.init),
    reasons: {},
  },
  {
    id: "health",
    title: "a probe of the service itself",
    asked: ({ container }) => health(container.block.healthcheck),
    compose: ({ compose }) => health(unescaped(compose.healthcheck)),
    swarm: ({ swarm }) => health(unescaped(swarm.yaml.healthcheck)),
    reasons: {},
  },
  {
    id: "restart",
    title: "started again when it ends; a job runs once",
    asked: ({ container }) => lasting(container),
    terraform: ({ container }) => POLICIES[container.block.restart ?? "no"],
    compose: ({ compose }) => POLICIES[text(compose.restart) ?? "no"],
    swarm: (told) => POLICIES[String(record(deployOf(told).restart_policy).condition)],
    reasons: {},
  },
  {
    id: "stop",
    title: "time to end in order",
    asked: ({ container: { block } }) =>
      block.stop_timeout === undefined ? undefined : `${block.stop_signal ?? ""} ${block.stop_timeout}s`,
    compose: ({ compose }) => `${compose.stop_signal ?? ""} ${compose.stop_grace_period}`,
    swarm: ({ swarm }) => `${swarm.yaml.stop_signal ?? ""} ${swarm.yaml.stop_grace_period}`,
    reasons: {},
  },
  {
    id: "logs",
    title: "bounded logs",
    asked: ({ container: { block } }) => logs({ driver: block.log_driver, options: block.log_opts }),
    compose: ({ compose }) => logs(compose.logging),
    swarm: ({ swarm }) => logs(swarm.yaml.logging),
    reasons: {},
  },
  {
    id: "secrets",
    title: "secrets as files that its user alone can read",
    asked: (told) => secrets(mounted(told)),
    compose: (told) => secrets(mounted(asComposed(told))),
    swarm: ({ swarm }) =>
      secrets(
        (Array.isArray(swarm.yaml.secrets) ? swarm.yaml.secrets : [])
          .filter(({ mode, uid }) => mode === 0o400 && `${swarm.yaml.user ?? "0"}`.split(":")[0] === uid)
          .map(({ target }) => String(target)),
      ),
    reasons: {},
  },
  {
    id: "order",
    title: "starts after what it needs is healthy",
    asked: (told) => order(awaited(told)),
    compose: ({ compose, ...told }) => {
      const waits = Object.keys(record(compose.depends_on));
      return order(awaited({ ...told, compose }).filter((role) => waits.includes(role)));
    },
    swarm: ({ swarm: { service, plan }, ...told }) => {
      const before = plan.services
        .filter(({ stage }) => stage < service.stage)
        .map(({ container }) => roleOf(container));
      const kept = awaited({ ...told }).filter((role) => before.includes(role));
      return kept.length === 0 ? undefined : `by start.sh: ${order(kept)}`;
    },
    swarmByTerraform: (told) => {
      const kept = awaited(told).filter((role) => told.swarm.after.includes(role));
      return kept.length === 0 ? undefined : `by the graph: ${order(kept)}`;
    },
    reasons: {
      swarm:
        "start.sh deploys by stages and waits for each; after a restart of a node nobody does, and services try again until what they need is there",
      "swarm-terraform":
        "each service waits in Terraform's graph for those before, and the kit for the end of jobs; after a restart of a node nobody does, and services try again until what they need is there",
    },
  },
  {
    id: "ports",
    title: "open on the declared address and port, and nowhere else",
    asked: ({ container: { block } }) =>
      order((block.ports ?? []).map(({ ip, external, protocol }) => `${ip}:${external}/${protocol}`)),
    compose: ({ compose }) =>
      order(
        (Array.isArray(compose.ports) ? compose.ports : []).map(
          ({ host_ip, published, protocol }) => `${host_ip}:${published}/${protocol}`,
        ),
      ),
    swarm: ({ swarm }) =>
      order(
        (Array.isArray(swarm.yaml.ports) ? swarm.yaml.ports : []).map(
          ({ published, protocol, mode }) =>
            `every address${mode === "host" ? " of its node" : " of every node"}:${published}/${protocol}`,
        ),
      ),
    reasons: {
      swarm:
        "a swarm publishes on every address of the node, of IPv6 too; the node's packet filter has to say who may come",
    },
  },
  {
    id: "internal",
    title: "networks of the databases have no way out",
    asked: ({ container, stack }) =>
      inside(
        container.networks.map(({ name }) => shortened(name, stack)),
        stack,
        (short) => stack.networks.some(({ name, internal }) => internal && shortened(name, stack) === short),
      ),
    compose: ({ compose, stack }) =>
      inside(
        Object.keys(record(compose.networks)).map((name) => shortened(name, stack)),
        stack,
        (short) => stack.networks.some(({ name, internal }) => internal && shortened(name, stack) === short),
      ),
    swarm: ({ swarm, stack }) =>
      inside(Object.keys(record(swarm.yaml.networks)), stack, (short) =>
        stack.networks.some(({ name, internal }) => internal && shortened(name, stack) === short),
      ),
    reasons: {},
  },
  {
    id: "address",
    title: "applications believe forwarded headers of one address alone",
    asked: ({ container, stack }) => believed(container.block.env, fixedOf(stack)),
    compose: ({ compose, stack }) => believed(list(compose.environment), fixedOf(stack)),
    swarm: ({ swarm, stack }) => {
      const before = fixedOf(stack);
      const entry = list(swarm.yaml.environment).find((one) =>
        before.some((address) => one.split(/[=,]/).includes(address)),
      );
      return entry === undefined ? undefined : `${entry.split(",").length} addresses of the network`;
    },
    reasons: {
      swarm:
        "a swarm gives no fixed addresses, so every address of the edge's network is believed; only services of the deployment are on it",
    },
  },
  {
    id: "data",
    title: "data outlives its container",
    asked: (told) => order(data(told).map(({ path }) => path)),
    compose: ({ compose, ...told }) => {
      const writable = list(compose.volumes)
        .filter((volume) => volume.endsWith(":rw"))
        .map((volume) => volume.split(":")[1] as string);
      return order(
        data({ ...told, compose })
          .map(({ path }) => path)
          .filter((path) => writable.includes(path)),
      );
    },
    swarm: ({ swarm: { yaml }, ...told }) => {
      const { placement } = record(yaml.deploy);
      if (list(record(placement).constraints).length === 0) return undefined;
      const targets = (Array.isArray(yaml.volumes) ? yaml.volumes : [])
        .filter(({ type, read_only }) => type === "volume" && !read_only)
        .map(({ target }) => String(target));
      return order(
        data(told)
          .map(({ path }) => path)
          .filter((path) => targets.includes(path)),
      );
    },
    reasons: {},
  },
  {
    id: "bridge",
    title: "hands readings on to a central broker, by a certificate of its own",
    asked: (told) =>
      bridged(
        told,
        handedOver(told).map(({ path }) => path),
      ),
    compose: (told) =>
      bridged(
        told,
        handedOver(asComposed(told)).map(({ path }) => path),
      ),
    swarm: (told) =>
      bridged(
        told,
        [told.swarm.yaml.configs, told.swarm.yaml.secrets]
          .flatMap((files) => (Array.isArray(files) ? files : []))
          .map(({ target }) => String(target)),
      ),
    reasons: {},
  },
  {
    id: "firewall",
    title: "the kit's own packet filter",
    asked: ({ container, stack }) =>
      stack.firewall === undefined || !hasHostNetwork(container) ? undefined : stack.firewall.scope,
    compose: ({ compose, stack }) => (compose.network_mode === "host" ? stack.firewall?.scope : undefined),
    swarm: () => undefined,
    reasons: {
      swarm:
        "its rules are for the bridges of one engine; render --target swarm refuses until firewall.enabled is false, and writes rules for Swarm's own ports alone",
    },
  },
  {
    id: "ipv6",
    title: "IPv6 between services",
    asked: ({ container, stack }) =>
      ipv6Of(
        container.networks.map(({ name }) => name),
        stack,
      ),
    compose: ({ compose, stack }) => ipv6Of(Object.keys(record(compose.networks)), stack),
    swarm: () => undefined,
    reasons: {
      swarm:
        "overlays are made with addresses of IPv4 alone; clients still reach the ports of a node by IPv6",
    },
  },
];

const hasHostNetwork = ({ block }: ContainerSpec): boolean => block.network_mode === "host";

const ipv6Of = (names: readonly string[], stack: Stack): string | undefined =>
  order(
    stack.networks
      .filter(({ name, ipv6 }) => ipv6 && names.includes(name))
      .map(({ name }) => shortened(name, stack)),
  );

const fixedOf = ({ containers }: Stack): readonly string[] =>
  containers.flatMap(({ networks }) => networks.flatMap(({ address }) => address ?? []));

const believed = (env: readonly string[] | undefined, fixed: readonly string[]): string | undefined =>
  env?.some((entry) => fixed.includes(entry.slice(entry.indexOf("=") + 1))) ? "one address" : undefined;

/** Compose files write `$$` for a dollar sign. */
function unescaped(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("$$", "$");
  if (Array.isArray(value)) return value.map(unescaped);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unescaped(inner)]));
}

import { type Block, blocks, isBlock, nested, texts } from "../../values.ts";
import { hooks } from "./hooks.ts";
import { mounts } from "./mounts.ts";
import { ports } from "./ports.ts";
import type { Project } from "./project.ts";
import { mebibytes, seconds } from "./units.ts";

/** Attributes that Compose and the provider call differently and understand alike. */
const RENAMED: Readonly<Record<string, string>> = {
  pid: "pid_mode",
  ipc: "ipc_mode",
  uts: "uts_mode",
  cgroup: "cgroupns_mode",
  security_opt: "security_opts",
};
const SAME = [
  "user",
  "read_only",
  "privileged",
  "init",
  "hostname",
  "stop_signal",
  "userns_mode",
  "cgroup_parent",
  "runtime",
  "network_mode",
  "pids_limit",
  "pull_policy",
  "cpu_shares",
  "cpuset",
  "group_add",
  "dns",
  "tty",
  "stdin_open",
  "profiles",
  "command",
  "entrypoint",
] as const;

/**
 * A service of a compose project in the shape of `docker_container`. What Compose has and the provider has not
 * (`pids_limit`, `pull_policy`, `profiles`, `uts_mode`, `hooks`) keeps its name.
 */
export function container(name: string, service: Block, project: Project): Block {
  const limits = nested(service, "deploy", "resources", "limits");
  const { volumes, mounts: others, tmpfs, upload } = mounts(service, project);
  const cpus = limits.cpus ?? service.cpus;
  return defined({
    ...Object.fromEntries(SAME.map((key) => [key, service[key]])),
    ...Object.fromEntries(Object.entries(RENAMED).map(([from, to]) => [to, service[from]])),
    name: service.container_name ?? `${project.name}-${name}`,
    image: service.build === undefined ? service.image : `\${docker_image.${name}.image_id}`,
    env: environment(service),
    labels: Object.entries(blocks(service, "labels")[0] ?? {}).map(([label, value]) => ({ label, value })),
    ports: ports(service),
    volumes,
    ...filled({ mounts: others, tmpfs, upload, hooks: hooks(service) }),
    networks_advanced: networks(service, project),
    links: texts(service, "links"),
    depends_on: Object.keys(blocks(service, "depends_on")[0] ?? {}),
    capabilities: { add: service.cap_add, drop: service.cap_drop },
    healthcheck: healthcheck(service.healthcheck),
    host: texts(service, "extra_hosts").map(hostEntry),
    devices: devices(service),
    ...filled({ device_requests: deviceRequests(service) }),
    sysctls: service.sysctls,
    ulimit: Object.entries(blocks(service, "ulimits")[0] ?? {}).map(([limit, value]) => ulimit(limit, value)),
    memory: mebibytes(limits.memory ?? service.mem_limit),
    memory_swap: mebibytes(service.memswap_limit),
    cpus: cpus === undefined ? undefined : String(cpus),
    pids_limit: limits.pids ?? service.pids_limit,
    shm_size: mebibytes(service.shm_size),
    destroy_grace_seconds: seconds(service.stop_grace_period),
    ...logging(service.logging),
    ...restart(service),
  });
}

const defined = (block: Block): Block =>
  Object.fromEntries(Object.entries(block).filter(([, value]) => value !== undefined && value !== null));

/** Without the lists and mappings that have nothing in them. */
const filled = (block: Readonly<Record<string, object>>): Block =>
  Object.fromEntries(Object.entries(block).filter(([, value]) => Object.keys(value).length > 0));

/**
 * `KEY=value`; a key without a value takes that of the shell, which is not known here. The variables of hooks stand
 * behind those of the service.
 */
function environment(service: Block): readonly string[] | undefined {
  const own = blocks(service, "environment")[0] ?? {};
  const ofHooks = hooks(service).flatMap(({ environment }) => (isBlock(environment) ? [environment] : []));
  const all = Object.entries(Object.assign({}, ...ofHooks, own) as Block);
  if (all.length === 0) return undefined;
  return all.map(([key, value]) => `${key}=${value === null ? `\${${key}}` : value}`);
}

function networks(service: Block, project: Project): readonly Block[] | undefined {
  if (service.network_mode !== undefined) return undefined;
  return Object.entries(blocks(service, "networks")[0] ?? {}).map(([name, options]) => ({
    name: networkName(name, project),
    aliases: isBlock(options) ? (options.aliases ?? []) : [],
  }));
}

/** One of the project by reference; one that is made elsewhere is known by its name alone. */
function networkName(name: string, { networks }: Project): unknown {
  const { external, name: own } = networks[name] ?? {};
  return external === true ? own : `\${docker_network.${name}.id}`;
}

function healthcheck(given: unknown): Block | undefined {
  if (!isBlock(given)) return undefined;
  if (given.disable === true) return { test: ["NONE"] };
  const { test, interval, timeout, retries, start_period } = given;
  return defined({ test, interval, timeout, retries, start_period });
}

function hostEntry(entry: string): Block {
  const [host, ...ip] = entry.split("=");
  return { host, ip: ip.join("=") };
}

/** Devices by their paths, and by the numbers that `device_cgroup_rules` opens. */
const devices = (service: Block): readonly Block[] => [
  ...blocks(service, "devices").map(({ source }) => ({ host_path: source })),
  ...texts(service, "device_cgroup_rules").map((rule) => ({ host_path: rule })),
];

/** Both ways to ask for GPUs and the like. */
const deviceRequests = (service: Block): readonly Block[] =>
  [
    ...blocks(service, "gpus"),
    ...blocks(nested(service, "deploy", "resources", "reservations"), "devices"),
  ].map(({ driver }) => ({ driver: driver ?? "gpu" }));

const ulimit = (name: string, value: unknown): Block =>
  isBlock(value) ? { name, soft: value.soft, hard: value.hard } : { name, soft: value, hard: value };

function logging(given: unknown): Block {
  if (!isBlock(given)) return {};
  return defined({
    log_driver: given.driver ?? "json-file",
    log_opts: isBlock(given.options) ? given.options : undefined,
  });
}

/** What `deploy.restart_policy` calls a condition, and `restart` a policy. */
const CONDITIONS: Readonly<Record<string, string>> = {
  none: "no",
  any: "always",
  "on-failure": "on-failure",
};

/** `on-failure:5` is a policy and a count. */
function restart(service: Block): Block {
  const { condition = "any", max_attempts } = nested(service, "deploy", "restart_policy");
  if (service.restart === undefined && nested(service, "deploy").restart_policy === undefined) return {};
  const [policy, count = max_attempts] =
    service.restart === undefined
      ? [CONDITIONS[String(condition)] ?? condition]
      : String(service.restart).split(":");
  return { restart: policy, ...(count === undefined ? {} : { max_retry_count: Number(count) }) };
}

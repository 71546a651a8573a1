import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgsStringToArgv } from "string-argv";
import { type Block, isBlock } from "../../values.ts";
import { mounts } from "./mounts.ts";
import { ports } from "./ports.ts";
import { dotEnv, type Project } from "./project.ts";
import { mebibytes, seconds } from "./units.ts";

/** Attributes that Compose and the provider call differently and understand alike. */
const RENAMED: Readonly<Record<string, string>> = {
  pid: "pid_mode",
  ipc: "ipc_mode",
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
] as const;

/**
 * A service of a compose file in the shape of `docker_container`. What Compose has and the provider has not
 * (`pids_limit`, `pull_policy`) keeps its name.
 */
export function container(name: string, service: Block, project: Project): Block {
  const limits = limitsOf(service);
  const { volumes, tmpfs } = mounts(service, project);
  return defined({
    ...Object.fromEntries(SAME.map((key) => [key, service[key]])),
    ...Object.fromEntries(Object.entries(RENAMED).map(([from, to]) => [to, service[from]])),
    name: service.container_name ?? `${project.name}-${name}`,
    image: service.build === undefined ? service.image : `\${docker_image.${name}.image_id}`,
    command: argv(service.command),
    entrypoint: argv(service.entrypoint),
    env: environment(service, project),
    labels: Object.entries(mapping(service.labels)).map(([label, value]) => ({ label, value })),
    ports: ports(service.ports),
    volumes,
    tmpfs: Object.keys(tmpfs).length === 0 ? undefined : tmpfs,
    networks_advanced: networks(service),
    links: list(service.links).map(String),
    depends_on: isBlock(service.depends_on) ? Object.keys(service.depends_on) : list(service.depends_on),
    capabilities: { add: service.cap_add, drop: service.cap_drop },
    healthcheck: healthcheck(service.healthcheck),
    host: list(service.extra_hosts).map((entry) => hostEntry(String(entry))),
    devices: list(service.devices).map((entry) => ({ host_path: String(entry).split(":")[0] })),
    sysctls: service.sysctls === undefined ? undefined : mapping(service.sysctls),
    ulimit: Object.entries(mapping(service.ulimits)).map(([limit, value]) => ulimit(limit, value)),
    memory: mebibytes(limits.memory),
    memory_swap: mebibytes(service.memswap_limit),
    cpus: limits.cpus === undefined ? undefined : String(limits.cpus),
    pids_limit: limits.pids,
    shm_size: mebibytes(service.shm_size),
    destroy_grace_seconds: seconds(service.stop_grace_period),
    ...logging(service.logging),
    ...restart(service),
  });
}

const defined = (block: Block): Block =>
  Object.fromEntries(Object.entries(block).filter(([, value]) => value !== undefined && value !== null));

const list = (value: unknown): readonly unknown[] =>
  value === undefined || value === null
    ? []
    : Array.isArray(value)
      ? value
      : isBlock(value)
        ? Object.entries(value).map(([key, inner]) => `${key}:${String(inner)}`)
        : [value];

/** A mapping, or the list of `KEY=value` that Compose takes as well. */
export function mapping(value: unknown): Block {
  if (isBlock(value)) return value;
  return Object.fromEntries(
    list(value).map((entry) => {
      const [, key = String(entry), text] = /^([^=]*)(?:=([\s\S]*))?$/.exec(String(entry)) ?? [];
      return [key, text];
    }),
  );
}

const argv = (value: unknown): readonly string[] | undefined =>
  value === undefined || value === null
    ? undefined
    : Array.isArray(value)
      ? value.map(String)
      : parseArgsStringToArgv(String(value));

/** `KEY=value`; a key without a value takes that of the shell, which is not known here. */
function environment(service: Block, { folder }: Project): readonly string[] | undefined {
  const files = list(service.env_file).map((entry) => String(isBlock(entry) ? entry.path : entry));
  const missing = files.filter((file) => !existsSync(join(folder, file)));
  const fromFiles = files.flatMap((file) => Object.entries(dotEnv(join(folder, file))));
  const own = Object.entries(mapping(service.environment));
  const all = new Map<string, unknown>([...fromFiles, ...own]);
  if (all.size + missing.length === 0) return undefined;
  return [
    ...[...all].map(
      ([key, value]) => `${key}=${value === undefined || value === null ? `\${${key}}` : String(value)}`,
    ),
    ...missing.map((file) => `\${${file}}`),
  ];
}

function networks(service: Block): readonly Block[] | undefined {
  if (service.network_mode !== undefined) return undefined;
  const { networks: given } = service;
  const named = isBlock(given)
    ? Object.entries(given)
    : list(given).map((name) => [String(name), null] as const);
  const joined = named.length === 0 ? [["default", null] as const] : named;
  return joined.map(([name, options]) => ({
    name: `\${docker_network.${name}.id}`,
    aliases: isBlock(options) ? list(options.aliases) : [],
  }));
}

function healthcheck(given: unknown): Block | undefined {
  if (!isBlock(given)) return undefined;
  if (given.disable === true) return { test: ["NONE"] };
  const { test, interval, timeout, retries, start_period } = given;
  return defined({
    test: Array.isArray(test)
      ? test.map(String)
      : test === undefined
        ? undefined
        : ["CMD-SHELL", String(test)],
    interval,
    timeout,
    retries,
    start_period,
  });
}

function hostEntry(entry: string): Block {
  const [, host, ip] = /^([^:=]+)[:=](.*)$/.exec(entry) ?? [];
  return { host, ip };
}

const ulimit = (name: string, value: unknown): Block =>
  isBlock(value) ? { name, soft: value.soft, hard: value.hard } : { name, soft: value, hard: value };

/** `deploy.resources.limits`, or the older attributes of the service itself. */
function limitsOf(service: Block): { memory?: unknown; cpus?: unknown; pids?: unknown } {
  const deploy = isBlock(service.deploy) ? service.deploy : {};
  const resources = isBlock(deploy.resources) ? deploy.resources : {};
  const limits = isBlock(resources.limits) ? resources.limits : {};
  return {
    memory: limits.memory ?? service.mem_limit,
    cpus: limits.cpus ?? service.cpus,
    pids: limits.pids ?? service.pids_limit,
  };
}

function logging(given: unknown): Block {
  if (!isBlock(given)) return {};
  return defined({
    log_driver: given.driver ?? "json-file",
    log_opts: isBlock(given.options) ? given.options : undefined,
  });
}

/** `on-failure:5` is a policy and a count. */
function restart({ restart: given }: Block): Block {
  if (given === undefined) return {};
  const [policy, count] = String(given).split(":");
  return { restart: policy, ...(count === undefined ? {} : { max_retry_count: Number(count) }) };
}

import { type Block, isBlock } from "../../policies/values.ts";
import { weakenedFiles } from "./file-mutants.ts";

/** A stack that is weaker in one point. */
export interface Mutant {
  /** The change, for people: `local/Redis/Service/Container: read_only removed`. */
  readonly name: string;

  /** The weaker stack, as parsed JSON. Made when it is asked for: all at once would not fit into memory. */
  readonly make: () => unknown;
}

type Json = Record<string, unknown>;
type Change = (resource: Json) => void;

interface Weakening {
  readonly what: string;
  readonly apply: Change;
}

/** Attributes of a container that harden it or say what it may reach; each is removed in turn. */
const REMOVED = [
  "read_only",
  "init",
  "security_opts",
  "capabilities",
  "memory",
  "memory_swap",
  "cpus",
  "user",
  "healthcheck",
  "restart",
  "log_driver",
  "log_opts",
  "destroy_grace_seconds",
  "wait",
  "wait_timeout",
  "labels",
  "networks_advanced",
  "must_run",
  "lifecycle",
  "ulimit",
] as const;

/** Attributes set to what they must never be; those that a container has are made weaker, the rest are added. */
const SET: Readonly<Record<string, unknown>> = {
  privileged: true,
  read_only: false,
  security_opts: ["no-new-privileges:false"],
  user: "0:0",
  memory: 0,
  memory_swap: -1,
  restart: "always",
  log_driver: "none",
  network_mode: "host",
  pid_mode: "host",
  ipc_mode: "host",
  userns_mode: "host",
  publish_all_ports: true,
  stop_signal: "SIGKILL",
  image: "redis:latest",
  devices: [{ host_path: "/dev/mem" }],
  sysctls: { "net.ipv4.ip_forward": "1" },
  cgroup_parent: "/",
  group_add: ["0"],
  destroy_grace_seconds: 0,
};

/** A healthcheck, restart policy and the like belong to services; what runs once and ends has none to weaken. */
export function mutantsOf(json: unknown): readonly Mutant[] {
  const stack = json as { resource: Record<string, Record<string, Json>> };
  return [
    ...Object.entries(stack.resource.docker_container ?? {}).flatMap(([id, block]) =>
      ofContainer(block).map(({ what, apply }) => mutant(stack, "docker_container", id, what, apply)),
    ),
    ...Object.entries(stack.resource.docker_network ?? {}).flatMap(([id, block]) =>
      ofNetwork(block).map(({ what, apply }) => mutant(stack, "docker_network", id, what, apply)),
    ),
    ...Object.entries(stack.resource.docker_volume ?? {}).flatMap(([id, block]) =>
      ofVolume(block).map(({ what, apply }) => mutant(stack, "docker_volume", id, what, apply)),
    ),
    ...Object.entries(stack.resource.docker_image ?? {}).flatMap(([id, block]) =>
      ofImage(block).map(({ what, apply }) => mutant(stack, "docker_image", id, what, apply)),
    ),
  ];
}

function mutant(stack: { resource: Json }, type: string, id: string, what: string, apply: Change): Mutant {
  const resources = stack.resource[type] as Record<string, Json>;
  const path = ((resources[id]?.["//"] as Json)?.metadata as Json)?.path;
  return {
    name: `${String(path)}: ${what}`,
    make: () => {
      const changed = structuredClone(resources[id]) as Json;
      apply(changed);
      return { ...stack, resource: { ...stack.resource, [type]: { ...resources, [id]: changed } } };
    },
  };
}

function ofContainer(block: Json): readonly Weakening[] {
  return [
    ...REMOVED.filter((name) => name in block && !isNone(name, block[name])).map((name) => ({
      what: `${name} removed`,
      apply: (changed: Json) => delete changed[name],
    })),
    ...Object.entries(SET)
      .filter(([name, value]) => JSON.stringify(block[name]) !== JSON.stringify(value))
      .map(([name, value]) => ({
        what: `${name} = ${JSON.stringify(value)}`,
        apply: (changed: Json) => {
          changed[name] = value;
        },
      })),
    ...capabilities(block),
    ...ports(block),
    ...mounts(block),
    ...entries(block, "log_opts"),
    ...tmpfs(block),
    ...healthcheck(block),
    ...environment(block),
    ...files(block),
  ];
}

/**
 * Root, a writable root and no network are what a container has that says nothing: it loses nothing with the word. Without
 * `ignore_changes` Terraform sees more, not less.
 */
const isNone = (name: string, value: unknown) =>
  value === false ||
  (name === "lifecycle" && Object.keys(value as object).join() === "ignore_changes") ||
  (Array.isArray(value) && value.length === 0) ||
  (name === "user" && /^0?(:0)?$/.test(String(value)));

const listOf = (block: Block, name: string): Json[] => {
  const value = block[name];
  return (Array.isArray(value) ? value : value === undefined ? [] : [value]) as Json[];
};

function capabilities(block: Json): Weakening[] {
  return ["NET_ADMIN", "SYS_ADMIN", "CAP_NET_RAW"]
    .filter((name) => !JSON.stringify(block.capabilities ?? {}).includes(name))
    .map((name) => ({
      what: `capability ${name} added`,
      apply: (changed) => {
        const [given = {}] = listOf(changed, "capabilities");
        changed.capabilities = { ...given, add: [...((given.add as string[]) ?? []), name] };
      },
    }));
}

function ports(block: Json): Weakening[] {
  const published = listOf(block, "ports");
  const at = (index: number, change: Change) => (changed: Json) =>
    change(listOf(changed, "ports")[index] as Json);
  return [
    ...published.flatMap((port, index) => [
      { what: `ip of port ${port.internal} removed`, apply: at(index, (entry) => delete entry.ip) },
      { what: `host port of ${port.internal} removed`, apply: at(index, (entry) => delete entry.external) },
      {
        what: `port ${port.internal} over udp`,
        apply: at(index, (entry) => {
          entry.protocol = "udp";
        }),
      },
    ]),
    ...[5432, 6379, 22, 2375, 9104].map((port) => ({
      what: `port ${port} published`,
      apply: (changed: Json) => {
        changed.ports = [
          ...listOf(changed, "ports"),
          { internal: port, external: port, ip: "0.0.0.0", protocol: "tcp" },
        ];
      },
    })),
  ];
}

function mounts(block: Json): Weakening[] {
  const binds = ["/var/run/docker.sock", "/", "/etc"].map((path) => ({
    what: `${path} of the host mounted`,
    apply: (changed: Json) => {
      changed.volumes = [...listOf(changed, "volumes"), { host_path: path, container_path: `/host${path}` }];
    },
  }));
  const readOnly = listOf(block, "volumes").flatMap((volume, index) =>
    volume.read_only === true
      ? [
          {
            what: `${volume.container_path} mounted writable`,
            apply: (changed: Json) => delete listOf(changed, "volumes")[index]?.read_only,
          },
        ]
      : [],
  );
  return [...binds, ...readOnly];
}

function entries(block: Json, name: string): Weakening[] {
  return Object.keys(isBlock(block[name]) ? block[name] : {}).map((key) => ({
    what: `${name}.${key} removed`,
    apply: (changed) => delete (changed[name] as Json)[key],
  }));
}

/** Each option of each tmpfs, but for what only says who owns it. */
function tmpfs(block: Json): Weakening[] {
  const given = isBlock(block.tmpfs) ? block.tmpfs : {};
  return Object.entries(given).flatMap(([path, options]) =>
    String(options)
      .split(",")
      .filter((option) => !/^(uid|gid|mode)=/.test(option))
      .map((option) => ({
        what: `tmpfs ${path} without ${option}`,
        apply: (changed: Json) => {
          const kept = String(options)
            .split(",")
            .filter((other) => other !== option);
          (changed.tmpfs as Json)[path] = kept.join(",");
        },
      })),
  );
}

function healthcheck(block: Json): Weakening[] {
  if (!isBlock(block.healthcheck)) return [];
  const weaker: Json = { test: ["NONE"], interval: "0s", timeout: "0s", retries: 0 };
  return [
    ...Object.entries(weaker).map(([name, value]) => ({
      what: `healthcheck.${name} = ${JSON.stringify(value)}`,
      apply: (changed: Json) => {
        (changed.healthcheck as Json)[name] = value;
      },
    })),
    {
      what: "a healthcheck that says yes",
      apply: (changed: Json) => {
        (changed.healthcheck as Json).test = ["CMD-SHELL", "exit 0"];
      },
    },
  ];
}

/** Settings of the servers that guard them, as the shipped deployments write them. */
const GUARDS: Readonly<Record<string, string>> = {
  ALLOWED_HOSTS: "*",
  CORS_ORIGINS: "*",
  RATE_LIMIT_PER_MINUTE: "0",
  OPEN_WRITES: "true",
  TRUSTED_PROXIES: "*",
  API_KEY_FILE: "",
  PGDATA: "/tmp/pgdata",
  POSTGRES_INITDB_ARGS: "--locale=C.UTF-8",
  POSTGRES_PASSWORD_FILE: "",
};

function environment(block: Json): Weakening[] {
  const given = (block.env as string[] | undefined) ?? [];
  // A job serves nobody: what guards requests guards nothing there.
  const weakened = (block.must_run === false ? [] : given).flatMap((entry) => {
    const [name = ""] = entry.split("=");
    const weak = GUARDS[name];
    if (weak === undefined || entry === `${name}=${weak}`) return [];
    return [
      {
        what: `${name}=${weak}`,
        apply: (changed: Json) => {
          changed.env = given.map((other) => (other === entry ? `${name}=${weak}` : other));
        },
      },
    ];
  });
  const leaked = {
    what: "a password in the environment",
    apply: (changed: Json) => {
      changed.env = [...given, "DATABASE_PASSWORD=hunter2"];
    },
  };
  return [...weakened, leaked];
}

function files(block: Json): Weakening[] {
  return listOf(block, "upload").flatMap((upload, index) =>
    weakenedFiles(String(upload.file), String(upload.content ?? "")).map(({ what, content }) => ({
      what,
      apply: (changed: Json) => {
        (listOf(changed, "upload")[index] as Json).content = content;
      },
    })),
  );
}

const ofNetwork = (block: Json): readonly Weakening[] => [
  ...(block.internal === true
    ? [
        {
          what: "internal removed",
          apply: (changed: Json) => delete changed.internal,
        },
      ]
    : []),
  { what: "driver host", apply: (changed) => Object.assign(changed, { driver: "host" }) },
  { what: "attachable", apply: (changed) => Object.assign(changed, { attachable: true }) },
  {
    what: "gateway mode nat-unprotected",
    apply: (changed) =>
      Object.assign(changed, {
        options: { "com.docker.network.bridge.gateway_mode_ipv4": "nat-unprotected" },
      }),
  },
];

const ofVolume = (block: Json): readonly Weakening[] => [
  ...(isBlock(block.lifecycle) && block.lifecycle.prevent_destroy === true
    ? [
        {
          what: "prevent_destroy removed",
          apply: (changed: Json) => delete (changed.lifecycle as Json).prevent_destroy,
        },
      ]
    : []),
  {
    what: "a bind of /etc in disguise",
    apply: (changed) => Object.assign(changed, { driver_opts: { type: "none", o: "bind", device: "/etc" } }),
  },
];

const ofImage = (_: Json): readonly Weakening[] => [
  { what: "latest", apply: (changed) => Object.assign(changed, { name: "redis:latest" }) },
  { what: "keep_locally removed", apply: (changed) => delete changed.keep_locally },
];

import type { Container } from "@cdktf/provider-docker/lib/container/index.js";
import { Construct } from "constructs";
import { FileDelivery } from "../../constructs/file-delivery.ts";
import type { JoinedNetwork } from "../../constructs/private-network.ts";
import { commandProbe } from "../../constructs/probes.ts";
import { ServiceContainer } from "../../constructs/service-container.ts";
import { DataVolume } from "../../constructs/volumes.ts";
import { FILES } from "../../core/container-folders.ts";
import type { ServiceScope } from "../service-scope.ts";
import { redisLogins } from "../store-logins.ts";
import { REDIS_PORT } from "./definition.ts";
import { redisMemory } from "./memory.ts";
import { redisUsers } from "./users.ts";

const USER = "999:999";

/**
 * Logs in as the probe's own user and asks for PONG. bash speaks the protocol itself, so that the password is
 * neither in arguments nor in the environment, and the probe costs milliseconds. HOSTNAME is the container's own
 * address, at which its clients connect.
 */
const PROBE = [
  `exec 3<>/dev/tcp/$HOSTNAME/${REDIS_PORT}`,
  `printf 'AUTH health %s\\r\\nPING\\r\\n' "$(<${FILES}/health.password)" >&3`,
  "read -r auth <&3",
  "read -r pong <&3",
  '[[ $auth == +OK* && $pong == +PONG* ]] || { echo "AUTH: $auth; PING: $pong"; exit 1; }',
].join(" && ");

export interface RedisProps {
  readonly context: ServiceScope;
  /** @default - the network data of the deployment */
  readonly network?: JoinedNetwork;

  /** Id of an image that keeps the same contract. @default - the kit's own */
  readonly image?: string;
}

/** Redis: named users only, each confined to what it needs; a memory bound, and an append-only file on disk. */
export class Redis extends Construct {
  /** Where others reach it, by its name on its network. */
  readonly host = "redis";
  readonly port = REDIS_PORT;
  readonly container: Container;

  constructor(scope: Construct, id: string, { context, network, image }: RedisProps) {
    super(scope, id);
    const { deployment, secrets } = context;
    const { limits, health, memoryPolicy } = deployment.redis;
    const files = new FileDelivery(this, "Files", {
      service: "redis",
      user: USER,
      context,
      files: [
        { name: "redis.conf", content: redisConf(limits.memoryMiB, memoryPolicy) },
        { name: "users.acl", ...secrets.fileOf("redis/users.acl", redisUsers(redisLogins(deployment))) },
        { name: "health.password", ...secrets.file("redis-health-password") },
      ],
    });
    const data = new DataVolume(this, "Data", "redis-data", context);
    const service = new ServiceContainer(this, "Service", {
      kind: "redis",
      context,
      role: "redis",
      alias: "redis",
      image: image ?? context.images.kit("redis"),
      user: USER,
      limits,
      limitsAt: "redis.limits",
      networks: [network ?? context.network("data")],
      command: ["valkey-server", `${FILES}/redis.conf`],
      files,
      graceSeconds: 60,
      volumes: [{ name: data.name, path: "/data" }],
      probe: commandProbe(["bash", "-c", PROBE]),
      health,
    });
    this.container = service.container;
  }
}

/** redis.conf: everything a client can make it hold is bounded, and what only an operator needs is off. */
export function redisConf(memoryMiB: number, policy: string): string {
  const memory = redisMemory(memoryMiB);
  return [
    "bind * -::*",
    `port ${REDIS_PORT}`,
    "protected-mode yes",
    `aclfile ${FILES}/users.acl`,
    "enable-protected-configs no",
    "enable-debug-command no",
    "enable-module-command no",
    "dir /data",
    "appendonly yes",
    'save ""',
    // Commands from the first byte, which any version reads, also an older one (docs/decisions/0108-valkey.md).
    "aof-use-rdb-preamble no",
    `maxmemory ${memory.maxMemoryMiB}mb`,
    `maxmemory-policy ${policy}`,
    `maxclients ${memory.maxClients}`,
    "maxmemory-clients 25%",
    `client-output-buffer-limit normal ${memory.outputHardMiB}mb ${memory.outputSoftMiB}mb 30`,
    `client-output-buffer-limit pubsub ${memory.outputHardMiB}mb ${memory.outputSoftMiB}mb 30`,
    "tcp-keepalive 60",
    "timeout 600",
    "daemonize no",
    'logfile ""',
    "",
  ].join("\n");
}

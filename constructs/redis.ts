import { Construct } from "constructs";
import { BACKEND_USER, FILES, HOST, PORT } from "../config/references.ts";
import { DataVolume } from "./data-volume.ts";
import type { DeploymentScope } from "./deployment-scope.ts";
import { FileDelivery } from "./file-delivery.ts";
import type { PrivateNetwork } from "./private-network.ts";
import { ServiceContainer } from "./service-container.ts";

const USER = "999:999";

/**
 * Logs in as the probe's own user and asks for PONG. bash speaks the protocol itself, so that the password is
 * neither in arguments nor in the environment, and the probe costs milliseconds.
 */
const PROBE = [
  `exec 3<>/dev/tcp/127.0.0.1/${PORT.redis}`,
  `printf 'AUTH health %s\\r\\nPING\\r\\n' "$(<${FILES}/health.password)" >&3`,
  "read -r login <&3",
  "read -r pong <&3",
  "[[ $login == +OK* && $pong == +PONG* ]]",
].join(" && ");

export interface RedisProps {
  readonly context: DeploymentScope;
  readonly network: PrivateNetwork;
}

/** Redis: named users only, each confined to what it needs; a memory bound, and an append-only file on disk. */
export class Redis extends Construct {
  constructor(scope: Construct, id: string, { context, network }: RedisProps) {
    super(scope, id);
    const { deployment, secrets } = context;
    const { limits, memoryPolicy, keyPrefix } = deployment.redis;
    const users = redisUsers(keyPrefix, (name) => secrets.redisHash(name));
    const files = new FileDelivery(this, "Files", {
      service: "redis",
      user: USER,
      context,
      files: [
        { name: "redis.conf", content: redisConf(limits.memoryMiB, memoryPolicy) },
        {
          name: "users.acl",
          secretFile: secrets.derivedFile("redis/users.acl", users),
          hash: secrets.keyedHash(users),
        },
        {
          name: "health.password",
          secretFile: secrets.path("redis-health-password"),
          hash: secrets.keyedHash(secrets.value("redis-health-password")),
        },
      ],
    });
    const data = new DataVolume(this, "Data", "redis-data", context);
    new ServiceContainer(this, "Service", {
      context,
      role: "redis",
      alias: HOST.redis,
      image: context.images.kit("redis"),
      user: USER,
      limits,
      networks: [network],
      command: ["redis-server", `${FILES}/redis.conf`],
      files,
      graceSeconds: 60,
      volumes: [{ name: data.name, path: "/data" }],
      probe: ["CMD", "bash", "-c", PROBE],
    });
  }
}

/** A quarter of the container's memory is left for buffers and the fork that rewrites the append-only file. */
export function redisConf(memoryMiB: number, policy: string): string {
  return [
    "bind * -::*",
    `port ${PORT.redis}`,
    "protected-mode yes",
    `aclfile ${FILES}/users.acl`,
    "dir /data",
    "appendonly yes",
    'save ""',
    `maxmemory ${Math.floor(memoryMiB * 0.75)}mb`,
    `maxmemory-policy ${policy}`,
    "maxclients 1000",
    "tcp-keepalive 60",
    // Idle clients stay: subscribers to channels are silent for long.
    "timeout 0",
    "daemonize no",
    'logfile ""',
    "",
  ].join("\n");
}

/**
 * The ACL file: the default user is off; the application has its own keys and channels and no administration.
 *
 * @param hashOf the `#…` form of a secret's password
 */
export function redisUsers(keyPrefix: string, hashOf: (secret: string) => string): string {
  return [
    "user default off",
    `user health on ${hashOf("redis-health-password")} resetchannels -@all +ping`,
    `user ${BACKEND_USER} on ${hashOf("redis-app-password")} resetchannels ~${keyPrefix}* &${keyPrefix}* +@all -@admin -@dangerous`,
    "",
  ].join("\n");
}

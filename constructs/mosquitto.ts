import { Construct } from "constructs";
import { BACKEND_USER, FILES, HOST, mqttSecret, PORT } from "../config/references.ts";
import type { SecretText } from "../config/secret-text.ts";
import { DataVolume } from "./data-volume.ts";
import type { DeploymentScope } from "./deployment-scope.ts";
import { FileDelivery } from "./file-delivery.ts";
import type { PrivateNetwork } from "./private-network.ts";
import { ServiceContainer } from "./service-container.ts";

/** The same in Debian's image and in the official one. */
const USER = "1883:1883";
const HEALTH_USER = "health";

/** One identity at the broker and what it may do there. */
export interface BrokerUser {
  readonly name: string;
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

export interface MosquittoProps {
  readonly context: DeploymentScope;
  readonly network: PrivateNetwork;
}

/** The MQTT broker: passwords for everybody, an ACL from the declared users and topics, messages kept on disk. */
export class Mosquitto extends Construct {
  constructor(scope: Construct, id: string, { context, network }: MosquittoProps) {
    super(scope, id);
    const { deployment, secrets } = context;
    const users = brokerUsers(deployment);
    const files = new FileDelivery(this, "Files", {
      service: "mosquitto",
      user: USER,
      context,
      files: [
        { name: "mosquitto.conf", content: mosquittoConf(deployment.mosquitto.maxPacketBytes) },
        { name: "acl", content: accessControlList(users) },
        { name: "passwords", ...secrets.fileOf("mosquitto/passwords", passwordFile(users)) },
        // mosquitto_sub reads its options from here: no password in the probe's arguments.
        { name: "mosquitto_sub", ...secrets.fileOf("mosquitto/mosquitto_sub", clientOptions) },
      ],
    });
    const data = new DataVolume(this, "Data", "mosquitto-data", context);
    new ServiceContainer(this, "Service", {
      context,
      role: "mosquitto",
      alias: HOST.mosquitto,
      image: context.images.kit("mosquitto"),
      user: USER,
      limits: deployment.mosquitto.limits,
      networks: [network],
      command: ["mosquitto", "-c", `${FILES}/mosquitto.conf`],
      environment: { XDG_CONFIG_HOME: FILES },
      files,
      graceSeconds: 60,
      volumes: [{ name: data.name, path: "/mosquitto/data" }],
      probe: ["CMD", "mosquitto_sub", "-t", "$SYS/broker/uptime", "-C", "1", "-W", "2"],
      published: [{ listener: "mqtt", internal: PORT.mosquitto }],
    });
  }
}

/** The password file: a name and the hash of its password on each line. */
export const passwordFile = (users: readonly BrokerUser[]): SecretText =>
  users.flatMap(({ name }) => [`${name}:`, { secret: mqttSecret(name), as: "mosquitto" as const }, "\n"]);

const clientOptions: SecretText = [
  `-u ${HEALTH_USER}\n-P `,
  { secret: mqttSecret(HEALTH_USER), as: "value" },
  "\n",
];

/** Everybody who may connect: the declared users, the backend, and the probe that only reads the uptime. */
export function brokerUsers({
  mosquitto,
  topics,
  backend,
}: DeploymentScope["deployment"]): readonly BrokerUser[] {
  return [
    { name: HEALTH_USER, publish: [], subscribe: ["$SYS/broker/uptime"] },
    ...(backend.enabled
      ? [{ name: BACKEND_USER, publish: [topics.status], subscribe: [topics.readings] }]
      : []),
    ...mosquitto.users,
  ];
}

/** mosquitto.conf (2.0): one listener, no anonymous clients, bounded messages and queues, sessions kept for a week. */
export function mosquittoConf(maxPacketBytes: number): string {
  return [
    `listener ${PORT.mosquitto}`,
    "allow_anonymous false",
    `password_file ${FILES}/passwords`,
    `acl_file ${FILES}/acl`,
    "persistence true",
    "persistence_location /mosquitto/data/",
    "autosave_interval 60",
    "persistent_client_expiration 7d",
    `max_packet_size ${maxPacketBytes}`,
    "max_queued_messages 100000",
    "max_queued_bytes 16777216",
    "log_dest stdout",
    "log_type error",
    "log_type warning",
    "log_type notice",
    "",
  ].join("\n");
}

/** The ACL file: a user that has no line may do nothing. */
export function accessControlList(users: readonly BrokerUser[]): string {
  return users
    .map(({ name, publish, subscribe }) =>
      [
        `user ${name}`,
        ...publish.map((topic) => `topic write ${topic}`),
        ...subscribe.map((topic) => `topic read ${topic}`),
        "",
      ].join("\n"),
    )
    .join("\n");
}

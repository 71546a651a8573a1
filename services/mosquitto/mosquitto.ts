import type { Container } from "@cdktf/provider-docker/lib/container/index.js";
import { Construct } from "constructs";
import { type DeliveredFile, FileDelivery } from "../../constructs/file-delivery.ts";
import type { JoinedNetwork } from "../../constructs/private-network.ts";
import { tcpProbe } from "../../constructs/probes.ts";
import { ServiceContainer } from "../../constructs/service-container.ts";
import { DataVolume } from "../../constructs/volumes.ts";
import { watched, watcher } from "../../constructs/watched.ts";
import { FILES } from "../../core/container-folders.ts";
import type { SecretText } from "../../core/secret-text.ts";
import { CERTIFICATES, CERTIFICATES_GROUP, type Certificates } from "../certificates/certificates.ts";
import type { Deployment } from "../deployment.ts";
import type { ServiceScope } from "../service-scope.ts";
import { accessControlList, type BrokerUser, brokerClients, passwordFile } from "./access.ts";
import { BRIDGE_USER, bridgeConf, bridgeConnects, bridgeFiles, bridgeUsers } from "./bridge.ts";
import {
  BACKEND_USER,
  formerMqttSecret,
  HEALTH_USER,
  MQTT_PORT,
  MQTTS_PORT,
  mqttSecret,
} from "./definition.ts";
import { brokerMemory, type MosquittoMemory } from "./memory.ts";
import { certificateFiles, devicePatterns, NO_ALIASES, TLS_PROBE, tlsListener } from "./tls.ts";

const USER = "1883:1883";
const DATA = "/mosquitto/data";
const UPTIME = "$SYS/broker/uptime";

/** The plugin that bounds what Mosquitto does not (images/mosquitto/guard). */
const GUARD = "/usr/lib/exploreiot/guard.so";

/** Proves in a shell that the broker answers, and shows whether it has set its store aside (images/README.md). */
const ANSWERS = `mosquitto_sub -t '${UPTIME}' -C 1 -W 2 >/dev/null`;
const NOTICE = `{ cat ${DATA}/set-aside.txt 2>/dev/null || :; }`;

/**
 * The broker acknowledges first and saves later: a kill loses what nobody has taken yet and is younger than this.
 * Saving after each change instead leaves 1,000 to 2,000 messages a second (docs/decisions/0010-what-is-never-lost.md).
 */
const SAVE_SECONDS = 1;

export interface MosquittoProps {
  readonly context: ServiceScope;
  /** @default - the network broker of the deployment */
  readonly network?: JoinedNetwork;

  /** Id of an image that keeps the same contract. @default - the kit's own */
  readonly image?: string;

  /** For the TLS listener. @default - it is shut */
  readonly certificates?: Certificates | undefined;
}

/** The MQTT broker: an identity for everybody, an ACL from the declared users and topics, messages kept on disk. */
export class Mosquitto extends Construct {
  /** Where others reach it, by its name on its network. */
  readonly host = "mosquitto";
  readonly port = MQTT_PORT;
  readonly container: Container;

  constructor(scope: Construct, id: string, { context, network, image, certificates }: MosquittoProps) {
    super(scope, id);
    const { deployment } = context;
    const files = new FileDelivery(this, "Files", {
      service: "mosquitto",
      user: USER,
      context,
      files: [...brokerFiles(context), ...(certificates === undefined ? [] : [watcher])],
    });
    const data = new DataVolume(this, "Data", "mosquitto-data", context);
    const volume = { name: data.name, path: DATA };
    const command = startCommand(brokerMemory(deployment));
    const service = new ServiceContainer(this, "Service", {
      kind: "mosquitto",
      context,
      role: "mosquitto",
      alias: "mosquitto",
      image: image ?? context.images.kit("mosquitto"),
      user: USER,
      limits: deployment.mosquitto.limits,
      limitsAt: "mosquitto.limits",
      health: deployment.mosquitto.health,
      networks: [network ?? context.network("broker")],
      environment: { XDG_CONFIG_HOME: FILES },
      files,
      graceSeconds: 60,
      connects: bridgeConnects(deployment),
      published: [
        { listener: "mqtt", internal: MQTT_PORT },
        { listener: "mqtts", internal: MQTTS_PORT },
      ],
      ...(certificates === undefined
        ? {
            probe: tcpProbe(MQTT_PORT, ["sh", "-c", `${ANSWERS} && ${NOTICE}`]),
            command,
            volumes: [volume],
          }
        : overTls(deployment, certificates, command, volume)),
    });
    this.container = service.container;
  }
}

/** The same, of the passwords that the declared users had before. */
const formerPasswords = ({ mosquitto }: Deployment): SecretText => [
  "# Accepted as well, by the guard.\n",
  ...mosquitto.users.flatMap(({ name }) => [
    `${name}:`,
    { secret: formerMqttSecret(name), as: "mosquitto" as const },
    "\n",
  ]),
];

const clientOptions: SecretText = [
  `-u ${HEALTH_USER}\n-P `,
  { secret: mqttSecret(HEALTH_USER), as: "value" },
  "\n",
];

/** How the broker runs with its TLS listener open: it reads the certificates, and again when they change. */
function overTls(
  deployment: Deployment,
  certificates: Certificates,
  command: readonly string[],
  data: { name: string; path: string },
) {
  return {
    probe: tcpProbe(MQTT_PORT, ["sh", "-c", `${ANSWERS} && ${TLS_PROBE} && ${NOTICE}`]),
    entrypoint: watched("HUP", certificateFiles(deployment), command),
    command: [],
    groups: [String(CERTIFICATES_GROUP)],
    volumes: [data, { name: certificates.volumeName, path: CERTIFICATES, readOnly: true }],
    after: [certificates],
  };
}

/** The broker, after a look at its store. The guard says whom it serves next, and so is loaded before the C library. */
const startCommand = ({ store }: MosquittoMemory): readonly string[] => [
  ...["start-broker", DATA, String(store)],
  ...["env", `LD_PRELOAD=${GUARD}`, "mosquitto", "-c", `${FILES}/mosquitto.conf`],
];

function brokerFiles(context: ServiceScope): readonly DeliveredFile[] {
  const { deployment, secrets } = context;
  const users = brokerUsers(deployment);
  return [
    { name: "mosquitto.conf", content: mosquittoConf(deployment) },
    {
      name: "acl",
      content: accessControlList([...users, ...bridgeUsers(deployment)], devicePatterns(deployment)),
    },
    { name: "passwords", ...secrets.fileOf("mosquitto/passwords", passwordFile(users)) },
    { name: "former", ...secrets.fileOf("mosquitto/former", formerPasswords(deployment)) },
    // mosquitto_sub reads its options from here: no password in the probe's arguments.
    { name: "mosquitto_sub", ...secrets.fileOf("mosquitto/mosquitto_sub", clientOptions) },
    ...bridgeFiles(context),
  ];
}

/** Everybody who may connect: the probe that only reads the uptime, the programs of the deployment, and the declared users. */
export const brokerUsers = (deployment: Deployment): readonly BrokerUser[] => [
  { name: HEALTH_USER, publish: [], subscribe: [UPTIME] },
  ...brokerClients(deployment),
];

/** mosquitto.conf (2.0): no anonymous clients, everything bounded by the container's memory, sessions kept for a week. */
export function mosquittoConf(deployment: Deployment): string {
  const memory = brokerMemory(deployment);
  return [
    `listener ${MQTT_PORT}`,
    `max_connections ${memory.plainConnections}`,
    NO_ALIASES,
    ...tlsListener(deployment, memory.tlsConnections),
    "allow_anonymous false",
    `password_file ${FILES}/passwords`,
    `acl_file ${FILES}/acl`,
    ...guard(memory, trustedUsers(deployment)),
    "persistence true",
    `persistence_location ${DATA}/`,
    `autosave_interval ${SAVE_SECONDS}`,
    "persistent_client_expiration 7d",
    `max_packet_size ${deployment.mosquitto.maxPacketBytes}`,
    "max_inflight_messages 20",
    `max_queued_messages ${memory.queuedMessages}`,
    `max_queued_bytes ${memory.queuedBytes}`,
    // The most that it takes; docs/decisions/0176-keep-alive.md.
    "max_keepalive 65535",
    "auto_id_prefix auto-",
    "log_dest stderr",
    "log_type error",
    "log_type warning",
    "log_type notice",
    ...bridgeConf(deployment),
    "",
  ].join("\n");
}

/** The backend, the probe and the bridge: nobody from outside logs in as they do. */
const trustedUsers = ({ mosquitto, programs }: Deployment): readonly string[] => [
  HEALTH_USER,
  ...(mosquitto.bridge === undefined ? [] : [BRIDGE_USER]),
  ...new Set([
    BACKEND_USER,
    ...programs.flatMap(({ application, rights }) =>
      application === "backend" ? (rights.mosquitto?.user ?? []) : [],
    ),
  ]),
];

const guard = (memory: MosquittoMemory, trusted: readonly string[]): readonly string[] => [
  `plugin ${GUARD}`,
  `plugin_opt_acl_file ${FILES}/acl`,
  `plugin_opt_former_file ${FILES}/former`,
  `plugin_opt_trusted ${trusted.join(",")}`,
  `plugin_opt_data ${DATA}`,
  `plugin_opt_sessions ${memory.sessions}`,
  `plugin_opt_subscription_bytes ${memory.subscriptionBytes}`,
  `plugin_opt_retained_bytes ${memory.retainedBytes}`,
  `plugin_opt_login_bytes ${memory.loginBytes}`,
  `plugin_opt_queue_bytes ${memory.keptQueueBytes}`,
  `plugin_opt_memory_short ${memory.short}`,
  `plugin_opt_memory_full ${memory.full}`,
];

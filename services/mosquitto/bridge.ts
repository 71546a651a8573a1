import { createPrivateKey, type X509Certificate } from "node:crypto";
import type { DeliveredFile } from "../../constructs/file-delivery.ts";
import { FILES } from "../../core/container-folders.ts";
import { UserError } from "../../core/errors.ts";
import type { SecretStore } from "../../core/secrets.ts";
import type { Connection, StackFacts } from "../../core/stack-facts.ts";
import { commonName } from "../../pki/certificate.ts";
import { OF_SITES } from "../../site/topics.ts";
import type { Deployment } from "../deployment.ts";
import { readAuthority, readCertificate } from "../outside-authority.ts";
import type { ServiceScope } from "../service-scope.ts";
import type { BrokerUser } from "./access.ts";
import { BRIDGE_KEY, type Bridge } from "./bridge-settings.ts";

/**
 * The bridge at this broker, as a user and as a client. Nobody can log in as it, since no name begins with a colon, and the
 * guard gives an id that does to nobody else.
 */
export const BRIDGE_USER = ":bridge";

const FILE = { ca: "bridge-ca.crt", certificate: "bridge.crt", key: "bridge.key" } as const;

const AT = "mosquitto.bridge.certificate";

/** As what the central broker knows this site: under any other name it would be acknowledged and not listened to. */
function siteOf({ certificate }: Bridge): string {
  const { leaf } = readCertificate(certificate, AT);
  const name = commonName(leaf.subject);
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(name)) return name;
  throw new UserError(
    `${AT}: ${JSON.stringify(certificate)}: is for ${JSON.stringify(name)}; allowed: a name of letters, digits, dots, dashes and underscores`,
    "have the central deployment issue it: exploreiot devices issue NAME",
  );
}

/** Where the broker tells whether the bridge is connected, here and at the centre: 1 or 0, and retained. */
const bridgeState = (site: string): string => `status/${site}`;

/**
 * The part of mosquitto.conf (2.0) for the bridge, or nothing. The messages that wait for the central broker are in a session that is
 * kept and never expires: on the disk, and as much as the broker's memory holds; beyond that nothing is acknowledged to
 * the sensors.
 */
export function bridgeConf({ mosquitto: { bridge } }: Deployment): readonly string[] {
  if (bridge === undefined) return [];
  const site = siteOf(bridge);
  const below = `${OF_SITES}/${site}/`;
  return [
    "connection central",
    `address ${bridge.host}:${bridge.port}`,
    // Of MQTT 5 nothing is used, and there a session needs more than one setting to be kept.
    "bridge_protocol_version mqttv311",
    // Without it a broker of another maker may refuse the bridge.
    "try_private false",
    "cleansession false",
    `remote_clientid ${site}`,
    `local_clientid ${BRIDGE_USER}`,
    `local_username ${BRIDGE_USER}`,
    "keepalive_interval 30",
    "restart_timeout 1 30",
    // A device of the central deployment like any other: online, and by its last will offline.
    "notifications true",
    `notification_topic ${bridgeState(site)}`,
    `bridge_cafile ${FILES}/${FILE.ca}`,
    `bridge_certfile ${FILES}/${FILE.certificate}`,
    `bridge_keyfile ${FILES}/${FILE.key}`,
    ...bridge.topics.map((topic) => `topic ${topic} out 1 "" ${below}`),
    ...bridge.receive.map((topic) => `topic ${topic} in 1 "" ${below}`),
  ];
}

/** Which way messages go, for those who read the JSON. */
export function bridgeConnects({ mosquitto: { bridge } }: Deployment): readonly Connection[] {
  if (bridge === undefined) return [];
  const { host: to, port, topics, receive } = bridge;
  const speaks = "MQTT";
  return [
    { to, port, speaks, way: "to", topics },
    ...(receive.length === 0 ? [] : [{ to, port, speaks, way: "from" as const, topics: receive }]),
  ];
}

/** What `status` has to know to ask how the bridge is. */
export function bridgeFacts({ mosquitto: { enabled, bridge } }: Deployment): StackFacts["bridge"] {
  if (!enabled || bridge === undefined) return undefined;
  const site = siteOf(bridge);
  return { ...{ site, host: bridge.host, port: bridge.port }, state: bridgeState(site), client: BRIDGE_USER };
}

/** The rights of the central broker here. The guard asks for it: Mosquitto asks no access list about its own bridge. */
export const bridgeUsers = ({ mosquitto: { bridge } }: Deployment): readonly BrokerUser[] =>
  bridge === undefined ? [] : [{ name: BRIDGE_USER, publish: bridge.receive, subscribe: [] }];

/**
 * @param secrets of a stack that somebody will deploy: one that only looks may have no value of the key
 * @throws UserError for a key that would not lead to a connection: the broker says so in its log alone, again and again
 */
export function refuseOtherKey({ mosquitto: { enabled, bridge } }: Deployment, secrets: SecretStore): void {
  if (!enabled || bridge === undefined) return;
  const { leaf } = readCertificate(bridge.certificate, AT);
  if (!isKeyOf(leaf, secrets.value(BRIDGE_KEY)))
    throw new UserError(
      `secrets.${BRIDGE_KEY}: is not the key of ${JSON.stringify(bridge.certificate)}`,
      "name the key that was issued with this certificate",
    );
}

/** @throws UserError for certificates that would not lead to a connection */
export function bridgeFiles({ deployment, secrets }: ServiceScope): readonly DeliveredFile[] {
  const { bridge } = deployment.mosquitto;
  if (bridge === undefined) return [];
  const { text } = readCertificate(bridge.certificate, AT);
  const { secretFile, hash } = secrets.file(BRIDGE_KEY);
  return [
    { name: FILE.ca, content: readAuthority(bridge.ca, "mosquitto.bridge.ca") },
    { name: FILE.certificate, content: text },
    // Without where it comes from: nobody can make it.
    { name: FILE.key, secretFile, hash },
  ];
}

function isKeyOf(certificate: X509Certificate, key: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

import { readFileSync } from "node:fs";
import { type ConnectionOptions, rootCertificates } from "node:tls";
import type { OutsideServer } from "../core/stack-facts.ts";
import { authorityFile, currentPair } from "../pki/folder.ts";
import type { Deployment } from "../services/deployment.ts";
import { servesDevices } from "../services/listeners.ts";
import { MQTT_PORT, MQTTS_PORT } from "../services/mosquitto/definition.ts";
import { outsideServer } from "../services/outside-servers.ts";

/** How a client with a password gets to the broker of a deployment. */
export interface BrokerWay {
  /** Port inside the container. */
  readonly port: number;

  /** The listener that devices use, and that this is; `inside` where only containers use it. */
  readonly listener: "mqtt" | "mqtts" | "inside" | "outside";

  /** The broker that somebody else runs. @default - it is a container of the deployment */
  readonly outside?: OutsideServer;

  /** @default - clear text */
  readonly tls?: ConnectionOptions;
}

/** The listener that clients with passwords are meant to use: as deployed, in clear text or over TLS. */
export function brokerWay(deployment: Deployment, home: string): BrokerWay {
  const outside = outsideServer(deployment, "mosquitto");
  if (outside !== undefined) return { port: outside.port, listener: "outside", outside };
  const open = new Set(deployment.ports.map(({ listener }) => listener));
  if (open.has("mqtt")) return { port: MQTT_PORT, listener: "mqtt" };
  if (open.has("mqtts") && !servesDevices(deployment))
    return { port: MQTTS_PORT, listener: "mqtts", tls: trusting(deployment, home) };
  return { port: MQTT_PORT, listener: "inside" };
}

export const isTls = ({ tls, outside }: BrokerWay): boolean => tls !== undefined || outside?.ca !== undefined;

/** The CAs that a client of the deployment trusts: its own CA, or the public ones and the certificate that it was given. */
export function trusting(deployment: Deployment, home: string): ConnectionOptions {
  const { source } = deployment.tls.certificate;
  const servername = deployment.hosts[0] as string;
  if (source === "internal") return { servername, ca: readFileSync(authorityFile(home), "utf8") };
  const own = source === "files" ? (currentPair(home)?.pair.certificate ?? []) : [];
  return { servername, ca: [...rootCertificates, own].flat(), allowPartialTrustChain: true };
}

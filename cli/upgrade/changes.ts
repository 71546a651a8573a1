import type { Stack } from "../../runners/stack.ts";
import type { Deployment } from "../../services/deployment.ts";
import { isMade } from "../../services/listeners.ts";

/** A deployment as the table below asks about it. */
export interface Upgraded {
  readonly stack: Stack;
  readonly deployment: Deployment;

  /** The site file as it is written, before anything was filled in. */
  readonly written: unknown;
}

/** Something that a newer version does otherwise, and that somebody may have to do something about. */
export interface Change {
  readonly name: string;

  /** The first version that has it. */
  readonly since: string;
  readonly what: string;
  readonly remedy: string;

  /** Whether this deployment has to do with it. */
  readonly touches: (upgraded: Upgraded) => boolean;
}

const isWritten = (value: unknown, path: string): boolean =>
  path.split(".").reduce<unknown>((inner, step) => Object(inner)[step], value) !== undefined;

/** Every breaking change, the oldest first: a new one is a new entry. */
export const changes: readonly Change[] = [
  {
    name: "postgres-17",
    since: "0.2.0",
    what: "PostgreSQL 17 takes the place of 15, and cannot read its files",
    remedy: "exploreiot upgrade carries the data over and keeps the old volume",
    touches: ({ deployment }) => isMade(deployment, "postgres"),
  },
  {
    name: "containers-once",
    since: "0.2.0",
    what: "every container is made again once, and keeps its data",
    remedy: "choose a time at which some seconds of absence do no harm",
    touches: () => true,
  },
  {
    name: "mqtt-keep-alive",
    since: "0.2.0",
    what: "Mosquitto 2.0.21 refuses MQTT 3.1.1 clients that turn keep-alive off (0)",
    remedy: "give such clients a keep-alive",
    touches: ({ deployment }) => isMade(deployment, "mosquitto"),
  },
  {
    name: "mqtt-packet-size",
    since: "0.2.0",
    what: "mosquitto.maxPacketBytes is 16,384 where nothing is said, and was 65,536",
    remedy:
      "write mosquitto: { maxPacketBytes: 65536 } where clients send more to other subscribers than ingest",
    touches: ({ deployment, written }) =>
      isMade(deployment, "mosquitto") && !isWritten(written, "mosquitto.maxPacketBytes"),
  },
  {
    name: "egress-closed",
    since: "0.2.0",
    what: "with the firewall on, containers reach neither this machine nor its neighbours",
    remedy: "list under firewall.egress what they have to reach",
    touches: ({ deployment, written }) =>
      deployment.firewall.enabled && !isWritten(written, "firewall.egress"),
  },
  {
    name: "key-on-the-page",
    since: "0.2.0",
    what: "the page's server has no key any more: who writes on the page types it",
    remedy: "hand the secret backend-api-key to those who write",
    touches: ({ deployment }) =>
      deployment.frontend.enabled && !(deployment.http.openWrites ?? deployment.environment === "local"),
  },
  {
    name: "acme-over-tls",
    since: "0.2.0",
    what: "certificates by ACME are asked for over TLS alone, by another program with an account of its own",
    remedy: "see that the limits of the CA allow one more account and one more certificate",
    touches: ({ deployment }) => deployment.tls.certificate.source === "acme",
  },
];

/**
 * The changes between two versions that touch a deployment.
 *
 * @param from undefined where nobody knows which version made it
 */
export const changesFor = (from: string | undefined, upgraded: Upgraded): readonly Change[] =>
  changes.filter(({ since, touches }) => (from === undefined || isOlder(from, since)) && touches(upgraded));

/** Versions of the kit are three numbers. */
const isOlder = (version: string, than: string): boolean =>
  version.localeCompare(than, "en", { numeric: true }) < 0;

import type { SecretSource } from "../core/secret-source.ts";
import type { NetworkName, SiteSettings } from "./settings.ts";

/** A port that is open on the host. */
export interface OpenPort {
  /** The listener that it belongs to. */
  readonly listener: string;
  readonly address: string;
  readonly port: number;
  readonly protocol: "tcp";
  readonly tls: boolean;

  /** Open connections of one source at once: an IPv4 address, or a /64 of IPv6. */
  readonly connectionsPerSource: number;

  /** Of all sources together, above one every ten seconds from each. @default - connections cost too little to matter */
  readonly newConnectionsPerSecond?: number;
}

/** A server elsewhere that containers connect to. */
export interface Reach {
  readonly url: string;

  /** Of those containers: the ones that have a way out. */
  readonly networks: readonly NetworkName[];

  /** Address ranges that its name may lead to. @default - any, where it is a name */
  readonly addresses?: readonly string[];
}

/** A deployment as everyone sees it who knows no service. */
export interface Site extends Omit<SiteSettings, "hosts" | "firewall" | "secrets"> {
  readonly hosts: readonly string[];
  readonly firewall: SiteSettings["firewall"] & { readonly enabled: boolean };

  /** Where the values of secrets come from that the kit does not make, by name. */
  readonly secrets: Readonly<Record<string, SecretSource>>;

  /** Every port that is open. Published ports and the packet filter are made from it, so they cannot disagree. */
  readonly ports: readonly OpenPort[];

  /** @default - no service connects to any */
  readonly reaches?: readonly Reach[];
}

import type { SecretSource } from "../core/secret-source.ts";
import type { SiteSettings } from "./settings.ts";

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

/** A deployment as everyone sees it who knows no service. */
export interface Site extends Omit<SiteSettings, "hosts" | "firewall" | "secrets"> {
  readonly hosts: readonly string[];
  readonly firewall: SiteSettings["firewall"] & { readonly enabled: boolean };

  /** Where the values of secrets come from that the kit does not make, by name. */
  readonly secrets: Readonly<Record<string, SecretSource>>;

  /** Every port that is open. Published ports and the packet filter are made from it, so they cannot disagree. */
  readonly ports: readonly OpenPort[];

  /** Addresses of servers elsewhere that services on the network `edge` connect to. @default - none */
  readonly reaches?: readonly string[];
}

import { Network } from "@cdktf/provider-docker/lib/network/index.js";
import { Construct } from "constructs";
import ipaddr from "ipaddr.js";
import { COMPOSE_LABEL, composeProject } from "../core/labels.ts";
import { bridgeName } from "../firewall/bridges.ts";
import type { NetworkName, Subnets } from "../site/settings.ts";
import { type DeploymentScope, resourceName } from "./deployment-scope.ts";

/** A network that containers join: one of a deployment, or the user's own. */
export interface JoinedNetwork {
  /** The network's id and not its name: a replaced network then replaces its containers first (rule 9). */
  readonly id: string;

  /** An internal network has no way out and publishes nothing. */
  readonly internal: boolean;
}

export interface PrivateNetworkProps {
  readonly name: NetworkName;

  /** Whether it has no way out. */
  readonly internal: boolean;

  /** Whether its members cannot reach each other: it is there for its way out alone. */
  readonly apart: boolean;
  readonly context: DeploymentScope;
}

/** One bridge network of a deployment. */
export class PrivateNetwork extends Construct implements JoinedNetwork {
  readonly id: string;
  readonly internal: boolean;

  constructor(scope: Construct, id: string, { name, internal, apart, context }: PrivateNetworkProps) {
    super(scope, id);
    const { ipv4, ipv6 } = context.deployment.networks[name];
    this.internal = internal;
    const fullName = resourceName(context, name);
    this.id = new Network(this, "Network", {
      name: fullName,
      driver: "bridge",
      internal,
      ipv6: ipv6 !== undefined,
      options: {
        // Firewall rules can name it, and it is the same on every machine.
        "com.docker.network.bridge.name": bridgeName(context.deployment.name, name),
        // A port that somebody publishes here without an address stays on the machine; the kit always states one.
        "com.docker.network.bridge.host_binding_ipv4": "127.0.0.1",
        ...(apart ? { "com.docker.network.bridge.enable_icc": "false" } : {}),
      },
      ...addressing({ ipv4, ipv6 }),
      // By these compose takes it over. Compose's own has more of them, and a label edit replaces the network (rule 10).
      labels: [
        { label: COMPOSE_LABEL.project, value: composeProject(context.deployment.name) },
        { label: COMPOSE_LABEL.network, value: fullName },
      ],
      lifecycle: { ignoreChanges: ["labels"] },
      dependsOn: [context.images.recipes],
    }).id;
  }
}

/** Subnet and gateway for each family, or nothing: the engine adds what is left out and each plan then replaces (rule 10). */
function addressing({ ipv4, ipv6 }: Subnets) {
  const subnets = [ipv4, ipv6].filter((subnet) => subnet !== undefined);
  return subnets.length === 0
    ? {}
    : { ipamConfig: subnets.map((subnet) => ({ subnet, gateway: firstAddress(subnet) })) };
}

/** The first usable address of a subnet, which Docker's bridge takes. */
export function firstAddress(subnet: string): string {
  const [address, length] = ipaddr.parseCIDR(subnet);
  const network =
    address.kind() === "ipv4"
      ? ipaddr.IPv4.networkAddressFromCIDR(`${address}/${length}`)
      : ipaddr.IPv6.networkAddressFromCIDR(`${address}/${length}`);
  const bytes = network.toByteArray();
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) + 1;
  return ipaddr.fromByteArray(bytes).toString();
}

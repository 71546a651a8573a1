import { createHash } from "node:crypto";
import ipaddr from "ipaddr.js";

/** Two subnets overlap when one of them contains the other's network address. */
export function overlap(a: string, b: string): boolean {
  const [first, firstLength] = ipaddr.parseCIDR(a);
  const [second, secondLength] = ipaddr.parseCIDR(b);
  return first.kind() === second.kind() && first.match(second, Math.min(firstLength, secondLength));
}

/** The network's own address of a subnet, as text. */
export function networkOf(cidr: string): string {
  const [address, length] = ipaddr.parseCIDR(cidr);
  const family = address.kind() === "ipv4" ? ipaddr.IPv4 : ipaddr.IPv6;
  return `${family.networkAddressFromCIDR(cidr)}/${length}`;
}

/** Whether a subnet is written with the network's own address. */
export function hasNoHostPart(cidr: string): boolean {
  const [address, length] = ipaddr.parseCIDR(cidr);
  return `${address}/${length}` === networkOf(cidr);
}

/**
 * The subnet of the network between edge and applications, for a deployment that states none: they believe
 * forwarded headers by the edge's address, so it has to be known before the engine runs. 16 addresses out of
 * 10.224.0.0/12, where the engine picks none by itself, spread by the deployment's name.
 */
export function edgeSubnet(deployment: string): string {
  const [a = 0, b = 0, c = 0] = createHash("sha256").update(deployment).digest();
  return `10.${224 + (a % 16)}.${b}.${c & 0xf0}/28`;
}

/** The last address of an IPv4 subnet that a container can have; the engine hands out the first ones. */
export function lastAddress(subnet: string): string {
  const bytes = ipaddr.IPv4.broadcastAddressFromCIDR(subnet).toByteArray();
  bytes[3] = (bytes[3] ?? 0) - 1;
  return ipaddr.fromByteArray(bytes).toString();
}

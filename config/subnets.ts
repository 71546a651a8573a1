import ipaddr from "ipaddr.js";

/** Two subnets overlap when one of them contains the other's network address. */
export function overlap(a: string, b: string): boolean {
  const [first, firstLength] = ipaddr.parseCIDR(a);
  const [second, secondLength] = ipaddr.parseCIDR(b);
  return first.kind() === second.kind() && first.match(second, Math.min(firstLength, secondLength));
}

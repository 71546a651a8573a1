import { isIPv6 } from "node:net";
import { UserError } from "../../core/errors.ts";
import { roleOf } from "../../core/labels.ts";
import type { ContainerSpec, Stack } from "../stack.ts";
import { firewallOf } from "./firewall.ts";

/** How an engine serves published ports. */
export interface Publishing {
  /** A process of its own answers where nothing is forwarded (`userland-proxy`). */
  readonly proxy: boolean;

  /** Forwards IPv6, to networks that have it (`ip6tables`; by default from Engine 27 on). */
  readonly ip6tables: boolean;
}

/** From the `NAME=VALUE` lines of the firewall's container; the engine's default is a proxy. */
export const publishingOf = (lines: string): Publishing => ({
  proxy: !/^proxy=off$/m.test(lines),
  ip6tables: /^ip6tables=on$/m.test(lines),
});

/**
 * Facts about IPv6 clients that the rules or the services cannot see, and how to change that. A connection that the
 * engine's proxy answers comes in as for a program of the machine: rules for containers never meet it, and no other mark tells it apart
 * (docs/decisions/0063-what-the-proxy-answers.md).
 */
export function blindSpots(stack: Stack, publishing: Publishing): readonly string[] {
  if (firewallOf(stack) === undefined || !publishing.proxy) return [];
  return [...unfiltered(stack, publishing), ...anonymous(stack, publishing)];
}

function unfiltered(stack: Stack, { ip6tables }: Publishing): readonly string[] {
  const without = stack.networks.filter(({ ipv6, internal }) => !internal && !ipv6).map(({ name }) => name);
  if (stack.firewall?.scope === "host" || (ip6tables && without.length === 0)) return [];
  const reason = ip6tables
    ? `"userland-proxy" is on, and these networks have no IPv6 subnet: ${without.join(", ")}`
    : '"ip6tables" is off and "userland-proxy" on';
  const forwarding = ip6tables
    ? "give these networks one (networks.NAME.ipv6)"
    : 'set "ip6tables": true there and give each network an IPv6 subnet (networks.NAME.ipv6)';
  return [
    `firewall: a container's port that somebody publishes on an IPv6 address passes these rules, since the engine's proxy answers it (${reason}); to close it, set firewall.scope: host, or "userland-proxy": false in the engine's daemon.json, or ${forwarding}`,
  ];
}

const anonymous = (stack: Stack, publishing: Publishing): readonly string[] =>
  unforwarded(stack, publishing).map(
    (listener) =>
      `${listener}: IPv6 clients come through the engine's proxy, so limits for each client and logs take them all for one; to change that, set "ip6tables": true in the engine's daemon.json (Engine 27 and newer have it) and give the listener's network an IPv6 subnet`,
  );

/** @throws UserError where the engine would publish an IPv6 listener that nothing answers behind */
export function refuseDeadListeners(stack: Stack, publishing: Publishing): void {
  if (publishing.proxy) return;
  const dead = unforwarded(stack, publishing);
  if (dead.length === 0) return;
  throw new UserError(
    `${dead.join(", ")}: nobody would answer there, since the engine neither forwards IPv6 to its network nor has a proxy ("userland-proxy": false)`,
    "set \"ip6tables\": true in the engine's daemon.json (Engine 27 and newer have it), and give the listener's network an IPv6 subnet (networks.NAME.ipv6)",
    'or set "userland-proxy": true there, or bind an IPv4 address',
  );
}

/** Listeners on IPv6 whose packets are not forwarded to a container, as `mosquitto on [::]:8883`. */
const unforwarded = (stack: Stack, publishing: Publishing): readonly string[] =>
  stack.containers.flatMap((container) =>
    (container.block.ports ?? [])
      .filter(({ ip }) => isIPv6(ip) && !isForwarded(container, stack, publishing))
      .map(({ ip, external }) => `${roleOf(container)} on [${ip}]:${external}`),
  );

const isForwarded = ({ networks }: ContainerSpec, stack: Stack, { ip6tables }: Publishing): boolean =>
  ip6tables &&
  stack.networks.some(
    ({ name, ipv6, internal }) => ipv6 && !internal && networks.some((joined) => joined.name === name),
  );

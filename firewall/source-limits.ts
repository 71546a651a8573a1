import { isIP } from "node:net";
import { connectionsPerSource } from "../config/connections.ts";
import { type OpenListener, openListeners } from "../config/listeners.ts";
import type { Deployment } from "../config/parse.ts";

/** Above this, one process of the engine's proxy ends: it was seen to at 10,300 connections. */
const PROXIED_AT_ONCE = 4096;

/** Sources that are counted at once, for each listener; of IPv6 each /64 is one. */
const SOURCES = 65_535;

/** What tells a source of IPv4 or IPv6. */
const sourceOf = ({ address }: OpenListener) => (isIP(address) === 6 ? "ip6 saddr" : "ip saddr");

/** Where connections are counted, by source, and for the engine's proxy by port. */
export const limitSets = (ports: readonly OpenListener[]): readonly string[] => [
  set("proxied", "tcp dport", "dynamic"),
  ...ports.flatMap((port) => [
    set(port.listener, sourceOf(port), "dynamic"),
    // Who has not come for a minute has earned a whole burst again, so nothing is lost with the entry.
    set(`${port.listener}_rate`, sourceOf(port), "dynamic, timeout", "timeout 1m"),
  ]),
];

/**
 * With `typeof` and not `type`: nft 1.0.6 of Debian bookworm crashes on reading a `type` that a newer nft has written,
 * and with it every look at the machine's rules.
 */
const set = (name: string, key: string, flags: string, ...more: readonly string[]): string =>
  [
    `  set ${name} {`,
    ...[`typeof ${key}`, `size ${SOURCES}`, `flags ${flags}`, ...more].map((line) => `    ${line}`),
    "  }",
  ].join("\n");

/**
 * Refuses what one source has too much of, in front of the rule that lets it in: open connections, and new ones in a
 * short time. A source that lost all its connections may open them again at once, and then a tenth in each second.
 *
 * @param match tells packets for the listener's port
 */
export function sourceLimits(
  deployment: Deployment,
  allowed: OpenListener,
  match: string,
): readonly string[] {
  const { listener } = allowed;
  const most = connectionsPerSource(deployment, listener);
  const family = sourceOf(allowed);
  const source = family === "ip6 saddr" ? `${family} & ffff:ffff:ffff:ffff::` : family;
  const rate = Math.max(1, Math.ceil(most / 10));
  return [
    `${match} update @${listener}_rate { ${source} limit rate over ${rate}/second burst ${most} packets } counter drop comment "${listener}, too fast from one source"`,
    `${match} add @${listener} { ${source} ct count over ${most} } counter drop comment "${listener}, too many from one source"`,
  ];
}

/** Programs of the machine itself come through the engine's proxy, one process for each port, which ends when it has too many. */
export function proxyLimit(deployment: Deployment): readonly string[] {
  const ports = openListeners(deployment).map(({ port }) => port);
  return ports.length === 0
    ? []
    : [
        `iifname "lo" ct state new tcp dport { ${ports.join(", ")} } add @proxied { tcp dport ct count over ${PROXIED_AT_ONCE} } counter drop comment "loopback, too many for the engine's proxy"`,
      ];
}

import { isIP } from "node:net";
import type { OpenPort, Site } from "../site/site.ts";

/** Above this, one process of the engine's proxy ends: it was seen to at 10,300 connections. */
const PROXIED_AT_ONCE = 4096;

/** Sources that are counted at once, for each listener; of IPv6 each /64 is one. */
const SOURCES = 65_535;

/** The key of a source of IPv4 or IPv6. */
const sourceOf = ({ address }: OpenPort) => (isIP(address) === 6 ? "ip6 saddr" : "ip saddr");

/** Where connections are counted, by source, and for the engine's proxy by port. */
export const limitSets = (ports: readonly OpenPort[]): readonly string[] => [
  set("proxied", "tcp dport", "dynamic"),
  ...ports.flatMap((port) => {
    const { listener, newConnectionsPerSecond } = port;
    const rates = newConnectionsPerSecond === undefined ? ["rate"] : ["rate", "often"];
    return [
      set(listener, sourceOf(port), "dynamic"),
      // A source that has not come for a minute has earned a whole burst again, so nothing is lost with the entry.
      ...rates.map((rate) => set(`${listener}_${rate}`, sourceOf(port), "dynamic, timeout", "timeout 1m")),
    ];
  }),
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
 * For the broker, whose one thread ends each handshake before it passes on the next message, also what all sources
 * together have too much of: their burst is that of one. A source that comes seldom does not ask there, so many that do
 * their worst keep no single device out.
 *
 * @param match tells packets for the listener's port
 */
export function sourceLimits(allowed: OpenPort, match: string): readonly string[] {
  const { listener, connectionsPerSource: most, newConnectionsPerSecond: all } = allowed;
  const family = sourceOf(allowed);
  const source = family === "ip6 saddr" ? `${family} & ffff:ffff:ffff:ffff::` : family;
  const rate = Math.max(1, Math.ceil(most / 10));
  return [
    `${match} update @${listener}_rate { ${source} limit rate over ${rate}/second burst ${most} packets } counter drop comment "${listener}, too fast from one source"`,
    `${match} add @${listener} { ${source} ct count over ${most} } counter drop comment "${listener}, too many from one source"`,
    ...(all === undefined
      ? []
      : [
          `${match} update @${listener}_often { ${source} limit rate over 6/minute burst 1 packets } limit rate over ${all}/second burst ${most} packets counter drop comment "${listener}, too fast from all sources"`,
        ]),
  ];
}

/** Programs of the machine itself come through the engine's proxy, one process for each port, which ends when it has too many. */
export function proxyLimit(site: Pick<Site, "ports">): readonly string[] {
  const ports = site.ports.map(({ port }) => port);
  return ports.length === 0
    ? []
    : [
        `iifname "lo" ct state new tcp dport { ${ports.join(", ")} } add @proxied { tcp dport ct count over ${PROXIED_AT_ONCE} } counter drop comment "loopback, too many for the engine's proxy"`,
      ];
}

/** A base chain of type filter. */
export const chain = (name: string, hook: string, rules: readonly string[]): string =>
  [`  chain ${name} {`, `    type filter hook ${hook};`, ...rules.map((rule) => `    ${rule}`), "  }"].join(
    "\n",
  );

/** A set of names in quotes; `*` at the end of one stands for any text. */
export const names = (list: readonly string[]): string => `{ ${list.map((name) => `"${name}"`).join(", ")} }`;

/** One match for each address range, since nft refuses ranges that overlap in one set. */
export const inRange = (side: "saddr" | "daddr", range: string): string =>
  `${range.includes(":") ? "ip6" : "ip"} ${side} ${range}`;

/**
 * Counts every packet and logs a few, since a scan must not fill the disk.
 *
 * @param verdict `drop` for strangers. `reject` for a container of one's own, whose program then fails at once
 */
export const refusal = (
  deployment: string,
  where: string,
  match: string,
  verdict: "drop" | "reject" = "drop",
): readonly string[] => [
  `${match}limit rate 5/minute burst 10 packets log prefix "exploreiot ${deployment} ${where} " flags all`,
  `${match}counter ${verdict} comment "undeclared, ${where}"`,
];

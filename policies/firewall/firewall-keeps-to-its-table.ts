import { nftables } from "../files/nftables.ts";
import { definePolicy } from "../policy.ts";

/** Tables that the engine and iptables-nft call their own. */
const FOREIGN = /^(ip|ip6) (nat|filter|mangle|raw|security)$|^(ip|ip6) docker-bridges$/;

export const firewallKeepsToItsTable = definePolicy({
  id: "FWL-001",
  severity: "critical",
  title: "firewall rules stand in a table of their own and touch no other",
  why: "`flush ruleset` deletes the engine's rules too: containers lose their way out, published ports their protection.",
  avoid: `# firewall.nft
flush ruleset
table inet example {
}`,
  prefer: `# firewall.nft
add table inet example
delete table inet example
table inet example {
}`,
  allowed: "commands on tables of this file, which are none of the engine's",
  fix: "delete the own table instead: add table inet NAME; delete table inet NAME",
  source: "measured: after flush ruleset the engine's nat and filter tables are gone until it restarts",
  looksAt: ["file/nftables"],
  check: (file) => {
    const { commands } = nftables(file);
    const own = new Set(
      commands.filter(({ verb }) => verb === "define" || verb === "add").map(({ table }) => table),
    );
    return commands.flatMap(({ line, verb, object, table }) => {
      if (table === undefined) return verb === "list" ? [] : [`line ${line}: ${verb} ${object}`];
      if (FOREIGN.test(table)) return [`line ${line}: ${verb} ${object} ${table}, which is the engine's`];
      return own.has(table)
        ? []
        : [`line ${line}: ${verb} ${object} ${table}, which this file does not make`];
    });
  },
});

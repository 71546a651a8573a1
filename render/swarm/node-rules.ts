import { firewallService } from "../firewall-unit.ts";
import type { Files } from "../folder.ts";
import type { SwarmPlan } from "./plan.ts";

/** Of Swarm itself: who reaches them joins the cluster, reads its gossip, or writes into its networks. */
const TCP = "2377, 7946";
const UDP = "7946, 4789";

/** How the files with the rules are called. */
export const rulesName = ({ project }: Pick<SwarmPlan, "project">): string => `${project}-swarm`;

/** How nftables calls them on a node. */
export const rulesTable = (project: string): string => rulesName({ project }).replaceAll("-", "_");

/**
 * Rules for every node: the ports of Swarm itself are for the nodes alone, by their addresses. With a unit that loads
 * them before the engine is up.
 */
export function nodeRules(plan: SwarmPlan): Files {
  const name = rulesName(plan);
  const table = `inet ${rulesTable(plan.project)}`;
  return {
    [`firewall/${name}.nft`]: ruleset(table, plan),
    [`firewall/${name}.service`]: firewallService(plan.model.stack.name, name, table),
  };
}

function ruleset(table: string, { model, settings }: SwarmPlan): string {
  const of = (isV6: boolean) => settings.nodes.filter((node) => node.includes(":") === isV6);
  const nodes = [
    ["ip", of(false)],
    ["ip6", of(true)],
  ] as const;
  return [
    "#!/usr/sbin/nft -f",
    `# Who reaches the ports of Docker Swarm on a node of ${model.stack.name}: computed, do not edit.`,
    `add table ${table}`,
    `delete table ${table}`,
    "",
    `table ${table} {`,
    "\tchain input {",
    "\t\ttype filter hook input priority filter - 1; policy accept;",
    '\t\tiifname "lo" accept',
    ...nodes.flatMap(([family, addresses]) =>
      addresses.length === 0 ? [] : [`\t\t${family} saddr { ${addresses.join(", ")} } accept`],
    ),
    `\t\ttcp dport { ${TCP} } counter drop comment "swarm"`,
    `\t\tudp dport { ${UDP} } counter drop comment "swarm"`,
    '\t\tmeta l4proto esp counter drop comment "encrypted overlays"',
    "\t}",
    "}",
    "",
  ].join("\n");
}

import { nftables } from "../files/nftables.ts";
import { definePolicy } from "../policy.ts";

export const firewallLoadsTwice = definePolicy({
  id: "FWL-009",
  severity: "medium",
  title: "the file may be loaded again",
  why: "Loaded a second time, rules are added behind those that are there. In one transaction there is no moment without.",
  avoid: `# firewall.nft
table inet example {
}`,
  prefer: `# firewall.nft
add table inet example
delete table inet example
table inet example {
}`,
  allowed: "in front of each table: add table, delete table; or destroy table",
  fix: "begin with: add table inet NAME; delete table inet NAME",
  source: "nft(8)",
  looksAt: ["file/nftables"],
  check: (file) => {
    const { commands, tables } = nftables(file);
    return tables.flatMap(({ family, name }) => {
      const own = commands.filter(({ object, table }) => object === "table" && table === `${family} ${name}`);
      const verbs = own.map(({ verb }) => verb).join(" ");
      if (!/(define|add)$/.test(verbs) || /(^| )(add delete|destroy) (define|add)$/.test(verbs)) return [];
      return [`line ${own[0]?.line}: table ${family} ${name} is not deleted before it is written`];
    });
  },
});

import { BlockList, isIP } from "node:net";
import { definePolicy } from "../policy.ts";
import { blocks, isUnsetOrFalse, must, show } from "../values.ts";

export const networksStateAllTheirAddresses = definePolicy({
  id: "PRV-008",
  severity: "medium",
  title: "a network states subnet and gateway of every family, or nothing",
  why: "The engine fills in the addresses that are left out, at once or when it restarts; the next plan then replaces the network and all its containers.",
  avoid: `{"resource": {"docker_network": {"web": {
  "ipam_config": [{"subnet": "172.28.5.0/24"}]
}}}}`,
  prefer: `{"resource": {"docker_network": {"web": {
  "ipam_config": [{"subnet": "172.28.5.0/24", "gateway": "172.28.5.1"}]
}}}}`,
  allowed:
    "no ipam_config, or one for IPv4 and, with ipv6, one for IPv6, each with a subnet and a gateway inside it",
  fix: "state a subnet and a gateway for each family of addresses",
  words: { site: { fix: "set networks.NAME.ipv4, and ipv6 where it is wanted, in the configuration" } },
  source: "docs/architecture.md, provider rule 10",
  dialect: "terraform",
  looksAt: ["docker_network"],
  check: ({ block }) => {
    const pools = blocks(block, "ipam_config");
    if (pools.length === 0) return [];
    const wanted = isUnsetOrFalse(block.ipv6 ?? undefined) ? [4] : [4, 6];
    const missing = wanted.filter((family) => !pools.some(({ subnet }) => familyOf(subnet) === family));
    return [
      ...pools.flatMap((pool) =>
        must(pool, "subnet", (subnet) => familyOf(subnet) !== 0, "ipam_config.subnet"),
      ),
      ...pools.flatMap((pool) =>
        must(pool, "gateway", (gateway) => isInside(gateway, pool.subnet), `gateway of ${show(pool.subnet)}`),
      ),
      ...missing.map((family) => `ipam_config has no IPv${family} subnet`),
    ];
  },
});

/** 4 or 6; 0 for what is no subnet. */
function familyOf(subnet: unknown): number {
  const [address = "", length = ""] = String(subnet).split("/");
  const family = isIP(address);
  return /^\d{1,3}$/.test(length) && Number(length) <= (family === 4 ? 32 : 128) ? family : 0;
}

function isInside(gateway: unknown, subnet: unknown): boolean {
  const family = familyOf(subnet);
  if (family === 0 || isIP(String(gateway)) !== family) return false;
  const [address = "", length = ""] = String(subnet).split("/");
  const type = family === 4 ? "ipv4" : "ipv6";
  const pool = new BlockList();
  pool.addSubnet(address, Number(length), type);
  return pool.check(String(gateway), type);
}

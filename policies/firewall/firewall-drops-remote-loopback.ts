import { dropsRemoteLoopback } from "../facts/firewall-loopback.ts";
import { nftables } from "../files/nftables.ts";
import { definePolicy } from "../policy.ts";

export const firewallDropsRemoteLoopback = definePolicy({
  id: "FWL-006",
  severity: "high",
  title: "packets to the loopback addresses come from the machine alone",
  why: "The engine's DNAT for ports on 127.0.0.1 holds for packets of any interface: a neighbour reaches them with a packet to 127.0.0.1 that is sent to the machine.",
  avoid: `# firewall.nft
table inet example {
  chain prerouting {
    type filter hook prerouting priority raw; policy accept;
  }
}`,
  prefer: `# firewall.nft
table inet example {
  chain prerouting {
    type filter hook prerouting priority raw; policy accept;
    iifname != "lo" ip daddr 127.0.0.0/8 counter drop
  }
}`,
  allowed:
    'at the hook prerouting, with a priority below dstnat (-100): iifname != "lo" ip daddr 127.0.0.0/8 drop',
  fix: "add the chain at priority raw",
  source: "moby#41872",
  looksAt: ["file/nftables"],
  check: (file) =>
    dropsRemoteLoopback(nftables(file))
      ? []
      : ["no rule in front of the engine's DNAT drops 127.0.0.0/8 from other interfaces"],
});

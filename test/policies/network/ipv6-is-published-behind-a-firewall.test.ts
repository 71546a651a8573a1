import { ipv6IsPublishedBehindAFirewall } from "../../../policies/network/ipv6-is-published-behind-a-firewall.ts";
import { FIREWALL } from "../firewall-file.ts";
import { local, published } from "../images.ts";
import { judges } from "../judging.ts";

const open = published(8883, 8883, "::");
const around = (text: string) => ({ "file/nftables": { Rules: { text } } });

judges(ipv6IsPublishedBehindAFirewall, "NET-005", {
  rejects: [
    {
      name: "IPv6 without firewall rules",
      given: open,
      evidence: ["port 8883 (host port 8883 of ::), and no firewall rules for IPv6 are in the stack"],
    },
    {
      name: "IPv6 with rules for IPv4",
      given: open,
      around: around(FIREWALL.replaceAll("table inet", "table ip")),
      evidence: ["port 8883 (host port 8883 of ::), and no firewall rules for IPv6 are in the stack"],
    },
    {
      name: "rules whose text is not known",
      given: open,
      around: { "file/nftables": { Rules: {} } },
      evidence: ["cannot be judged: its text is not known here"],
    },
  ],
  accepts: [
    { name: "IPv6 with rules for both", given: open, around: around(FIREWALL) },
    { name: "the loopback address", given: published(8883, 8883, "::1") },
    { name: "a local stack, where it is relaxed", given: { ...open, ...local } },
    { name: "IPv4", given: published(8883), examined: 0 },
  ],
});

import { firewallMatchesTheHostPort } from "../../../policies/firewall/firewall-matches-the-host-port.ts";
import { judgesFirewalls } from "../firewall-judging.ts";

judgesFirewalls(firewallMatchesTheHostPort, "FWL-004", [
  {
    name: "the container's port",
    change: { "meta l4proto tcp ct original proto-dst 443": "tcp dport 8443" },
    evidence: ["line 26 matches tcp dport, the container's port"],
  },
  {
    name: "the container's port of any protocol",
    change: { "meta l4proto tcp ct original proto-dst 8883": "th dport { 1883, 8883 }" },
    evidence: ["line 27 matches th dport, the container's port"],
  },
]);

import { networksStateAllTheirAddresses } from "../../../policies/provider/networks-state-all-their-addresses.ts";
import { judges } from "../judging.ts";

const v4 = { subnet: "172.30.40.0/24", gateway: "172.30.40.1" };
const v6 = { subnet: "fd00:40::/64", gateway: "fd00:40::1" };

judges(networksStateAllTheirAddresses, "PRV-008", {
  rejects: [
    {
      name: "a subnet without a gateway",
      given: { ipam_config: [{ subnet: "172.30.40.0/24" }] },
      evidence: ['gateway of "172.30.40.0/24" is not set'],
    },
    {
      name: "a gateway outside",
      given: { ipam_config: { ...v4, gateway: "172.30.41.1" } },
      evidence: ['gateway of "172.30.40.0/24" is "172.30.41.1"'],
    },
    {
      name: "a gateway of the other family",
      given: { ipam_config: [{ ...v4, gateway: "fd00:40::1" }] },
      evidence: ['gateway of "172.30.40.0/24" is "fd00:40::1"'],
    },
    {
      name: "IPv6 alone",
      given: { ipv6: true, ipam_config: [v6] },
      evidence: ["ipam_config has no IPv4 subnet"],
    },
    {
      name: "ipv6 without its subnet",
      given: { ipv6: true, ipam_config: [v4] },
      evidence: ["ipam_config has no IPv6 subnet"],
    },
    {
      name: "an ipv6 known only at apply without its subnet",
      given: { ipv6: "${var.ipv6}", ipam_config: [v4] },
      evidence: ["ipam_config has no IPv6 subnet"],
    },
    {
      name: "text that is no subnet",
      given: { ipam_config: [{ subnet: "172.30.40.0/33", gateway: "172.30.40.1" }] },
      evidence: [
        'ipam_config.subnet is "172.30.40.0/33"',
        'gateway of "172.30.40.0/33" is "172.30.40.1"',
        "ipam_config has no IPv4 subnet",
      ],
    },
    {
      name: "addresses known only at apply",
      given: { ipam_config: [{ subnet: "${var.s}", gateway: "${var.g}" }] },
      evidence: [
        'ipam_config.subnet is "${var.s}", known only at apply',
        'gateway of "${var.s}" is "${var.g}", known only at apply',
        "ipam_config has no IPv4 subnet",
      ],
    },
  ],
  accepts: [
    { name: "nothing, which leaves all to the engine", given: { ipv6: false } },
    { name: "both families", given: { ipv6: true, ipam_config: [v6, v4] } },
    {
      name: "a subnet of one address",
      given: { ipam_config: { subnet: "172.30.40.1/32", gateway: "172.30.40.1" } },
    },
    { name: "IPv4", given: { ipam_config: v4 } },
  ],
});

import { containersAreBehindNat } from "../../../policies/network/containers-are-behind-nat.ts";
import { judges } from "../judging.ts";

const MODE4 = "com.docker.network.bridge.gateway_mode_ipv4";
const MODE6 = "com.docker.network.bridge.gateway_mode_ipv6";

judges(containersAreBehindNat, "NET-012", {
  rejects: [
    {
      name: "unprotected and routed networks",
      given: { options: { [MODE4]: "nat-unprotected", [MODE6]: "routed" } },
      evidence: [`${MODE4} is "nat-unprotected"`, `${MODE6} is "routed"`],
    },
    {
      name: "a mode known only at apply",
      given: { options: { [MODE4]: "${var.mode}" } },
      evidence: [`${MODE4} is "\${var.mode}", known only at apply`],
    },
    {
      name: "options that cannot be read",
      given: { options: "${var.options}" },
      evidence: ["cannot be judged: options is not a map"],
    },
  ],
  accepts: [
    { name: "no options", given: {} },
    { name: "NAT and isolation", given: { options: { [MODE4]: "nat", [MODE6]: "isolated" } } },
  ],
});

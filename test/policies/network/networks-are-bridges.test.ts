import { networksAreBridges } from "../../../policies/network/networks-are-bridges.ts";
import { judges } from "../judging.ts";

judges(networksAreBridges, "NET-017", {
  rejects: [
    { name: "a macvlan", given: { driver: "macvlan" }, evidence: ['driver is "macvlan"'] },
    {
      name: "a driver known only at apply",
      given: { driver: "${var.driver}" },
      evidence: ['driver is "${var.driver}", known only at apply'],
    },
  ],
  accepts: [
    { name: "a bridge", given: { driver: "bridge" } },
    { name: "an overlay", given: { driver: "overlay" } },
    { name: "the default", given: {} },
  ],
});

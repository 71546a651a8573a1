import { defaultBridgeIsUnused } from "../../../policies/network/default-bridge-is-unused.ts";
import { judges } from "../judging.ts";

judges(defaultBridgeIsUnused, "NET-008", {
  rejects: [
    { name: "no network at all", given: {}, evidence: ["network_mode is not set, and no network is joined"] },
    {
      name: "the default network by name",
      given: { network_mode: "bridge" },
      evidence: ['network_mode is "bridge", and no network is joined'],
    },
    {
      name: "default",
      given: { network_mode: "default" },
      evidence: ['network_mode is "default", and no network is joined'],
    },
    {
      name: "a mode known only at apply",
      given: { network_mode: "${var.mode}", networks_advanced: { name: "edge" } },
      evidence: ['network_mode is "${var.mode}", known only at apply'],
    },
  ],
  accepts: [
    {
      name: "the provider's default mode next to a network",
      given: { network_mode: "bridge", networks_advanced: [{ name: "edge" }] },
    },
    { name: "no network by choice", given: { network_mode: "none" } },
  ],
});

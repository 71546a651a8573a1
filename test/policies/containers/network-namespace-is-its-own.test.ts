import { networkNamespaceIsItsOwn } from "../../../policies/containers/network-namespace-is-its-own.ts";
import { judges } from "../judging.ts";

judges(networkNamespaceIsItsOwn, "CTR-019", {
  rejects: [
    { name: "that of the host", given: { network_mode: "host" }, evidence: ['network_mode is "host"'] },
    {
      name: "that of another container",
      given: { network_mode: "container:exploreiot-demo-redis" },
      evidence: ['network_mode is "container:exploreiot-demo-redis"'],
    },
    {
      name: "that of another service of a compose file",
      given: { network_mode: "service:redis" },
      evidence: ['network_mode is "service:redis"'],
    },
    {
      name: "that of another container, even for the firewall",
      given: { image: "exploreiot/firewall:1", network_mode: "container:x" },
      evidence: ['network_mode is "container:x"'],
    },
    {
      name: "what is known only at apply",
      given: { network_mode: "${var.mode}" },
      evidence: ['network_mode is "${var.mode}", known only at apply'],
    },
  ],
  accepts: [
    { name: "a namespace of its own", given: {} },
    { name: "none", given: { network_mode: "none" } },
    {
      name: "that of the host for the firewall",
      given: { image: "exploreiot/firewall:1", network_mode: "host" },
    },
  ],
});

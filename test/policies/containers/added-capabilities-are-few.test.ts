import { addedCapabilitiesAreFew } from "../../../policies/containers/added-capabilities-are-few.ts";
import type { Block } from "../../../policies/values.ts";
import { judges } from "../judging.ts";
import { withSpec } from "../services.ts";

const adds = (...add: string[]): Block => ({ capabilities: { add } });
const DELIVERY = { must_run: false, network_mode: "none" };

judges(addedCapabilitiesAreFew, "CTR-003", {
  rejects: [
    {
      name: "two that a service does not need",
      given: adds("CAP_SYS_ADMIN", "NET_RAW"),
      evidence: [
        "the added capability CAP_SYS_ADMIN is not needed here",
        { severity: "low", text: "the added capability NET_RAW is not needed here" },
      ],
    },
    {
      name: "all of them, even for the firewall",
      given: { image: "exploreiot/firewall:1", ...adds("ALL") },
      evidence: ["the added capability ALL is not needed here"],
    },
    {
      name: "the power of a delivery in a job with a network",
      given: { must_run: false, ...adds("CAP_CHOWN") },
      evidence: [{ severity: "low", text: "the added capability CAP_CHOWN is not needed here" }],
    },
    {
      name: "one more than a delivery needs",
      given: { ...DELIVERY, ...adds("CAP_CHOWN", "CAP_SYS_PTRACE") },
      evidence: ["the added capability CAP_SYS_PTRACE is not needed here"],
    },
    {
      name: "what is known only at apply",
      given: adds("${var.capability}"),
      evidence: ['an added capability is "${var.capability}", known only at apply'],
    },
    {
      name: "what a service of a swarm adds",
      type: "docker_service",
      given: withSpec({ cap_add: ["CAP_NET_ADMIN"] }),
      evidence: ["the added capability CAP_NET_ADMIN is not needed here"],
    },
  ],
  accepts: [
    { name: "none", given: {} },
    {
      name: "what a delivery needs",
      given: { ...DELIVERY, ...adds("CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER") },
    },
    { name: "what the firewall needs", given: { image: "exploreiot/firewall:1", ...adds("CAP_NET_ADMIN") } },
    { name: "what a TLS edge needs", given: { image: "haproxy:3.0", ...adds("CAP_NET_BIND_SERVICE") } },
  ],
});

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
        "it adds the capability CAP_SYS_ADMIN",
        { severity: "low", text: "it adds the capability NET_RAW" },
      ],
    },
    {
      name: "all of them, even for the firewall",
      given: { image: "exploreiot/firewall:1", ...adds("ALL") },
      evidence: ["it adds the capability ALL"],
    },
    {
      name: "the power of a delivery in a job with a network",
      given: { must_run: false, ...adds("CAP_CHOWN") },
      evidence: [{ severity: "low", text: "it adds the capability CAP_CHOWN" }],
    },
    {
      name: "one more than a delivery needs",
      given: { ...DELIVERY, ...adds("CAP_CHOWN", "CAP_SYS_PTRACE") },
      evidence: ["it adds the capability CAP_SYS_PTRACE"],
    },
    {
      name: "what opens any file of the machine, even for the kit's backups",
      given: { image: "exploreiot/backup:1", ...adds("CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH") },
      evidence: ["it adds the capability CAP_DAC_READ_SEARCH"],
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
      evidence: ["it adds the capability CAP_NET_ADMIN"],
    },
  ],
  accepts: [
    { name: "none", given: {} },
    {
      name: "what a delivery needs",
      given: { ...DELIVERY, ...adds("CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER") },
    },
    { name: "what the firewall needs", given: { image: "exploreiot/firewall:1", ...adds("CAP_NET_ADMIN") } },
    {
      name: "what the kit's backups need",
      given: { image: "exploreiot/backup:1", ...adds("CAP_DAC_OVERRIDE", "CAP_SETGID", "CAP_SETUID") },
    },
    { name: "what a VPN needs", given: { image: "qmcgaw/gluetun:v3", ...adds("NET_ADMIN") } },
    { name: "what a TLS edge needs", given: { image: "haproxy:3.0", ...adds("CAP_NET_BIND_SERVICE") } },
  ],
});

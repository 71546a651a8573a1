import { rootIsReadOnly } from "../../../policies/containers/root-is-read-only.ts";
import { judges } from "../judging.ts";
import { withSpec } from "../services.ts";

judges(rootIsReadOnly, "CTR-006", {
  rejects: [
    { name: "a root that says nothing", given: {}, evidence: ["read_only is not set"] },
    { name: "a writable root", given: { read_only: false }, evidence: ["read_only is false"] },
    {
      name: "a job with a network",
      given: { must_run: false, read_only: false },
      evidence: ["read_only is false"],
    },
    {
      name: "what is known only at apply",
      given: { read_only: "${var.read_only}" },
      evidence: ['read_only is "${var.read_only}", known only at apply'],
    },
    {
      name: "a service of a swarm",
      type: "docker_service",
      given: withSpec({}),
      evidence: ["read_only is not set"],
    },
  ],
  accepts: [
    { name: "a read-only root", given: { read_only: true } },
    { name: "one of a service of a swarm", type: "docker_service", given: withSpec({ read_only: true }) },
    { name: "a delivery", given: { must_run: false, network_mode: "none", read_only: false }, examined: 0 },
  ],
});

import { capabilitiesAreDropped } from "../../../policies/containers/capabilities-are-dropped.ts";
import { judges } from "../judging.ts";
import { withSpec } from "../services.ts";

judges(capabilitiesAreDropped, "CTR-002", {
  rejects: [
    { name: "none dropped", given: {}, evidence: ["capabilities.drop is not set"] },
    {
      name: "some dropped",
      given: { capabilities: { drop: ["CAP_NET_RAW"] } },
      evidence: ['capabilities.drop is ["CAP_NET_RAW"]'],
    },
    {
      name: "what is known only at apply",
      given: { capabilities: [{ drop: "${var.drop}" }] },
      evidence: ['capabilities.drop is "${var.drop}", known only at apply'],
    },
    {
      name: "a service that drops none",
      type: "docker_service",
      given: withSpec({ image: "x" }),
      evidence: ["cap_drop is not set"],
    },
    {
      name: "a service without a container_spec",
      type: "docker_service",
      given: {},
      evidence: ["cap_drop is not set"],
    },
  ],
  accepts: [
    { name: "all dropped", given: { capabilities: { drop: ["ALL"] } } },
    { name: "all dropped, as a list of blocks", given: { capabilities: [{ drop: ["ALL"] }] } },
    { name: "a service that drops all", type: "docker_service", given: withSpec({ cap_drop: ["ALL"] }) },
  ],
});

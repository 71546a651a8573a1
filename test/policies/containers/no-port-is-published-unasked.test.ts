import { noPortIsPublishedUnasked } from "../../../policies/containers/no-port-is-published-unasked.ts";
import { judges } from "../judging.ts";

judges(noPortIsPublishedUnasked, "CTR-032", {
  rejects: [
    {
      name: "publish_all_ports",
      given: { publish_all_ports: true },
      evidence: ["publish_all_ports is true"],
    },
    {
      name: "publish_all_ports as text",
      given: { publish_all_ports: "true" },
      evidence: ['publish_all_ports is "true"'],
    },
    {
      name: "what is known only at apply",
      given: { publish_all_ports: "${var.open}" },
      evidence: ['publish_all_ports is "${var.open}", known only at apply'],
    },
  ],
  accepts: [
    { name: "a container without it", given: {} },
    { name: "false", given: { publish_all_ports: false } },
    { name: "null, which is unset", given: { publish_all_ports: null } },
  ],
});

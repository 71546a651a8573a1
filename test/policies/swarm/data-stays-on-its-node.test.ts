import { dataStaysOnItsNode } from "../../../policies/swarm/data-stays-on-its-node.ts";
import { judges } from "../judging.ts";
import { withTask } from "../services.ts";

const placed = (constraints: unknown) =>
  withTask({ container_spec: { image: "postgres:17" }, placement: { constraints } });

judges(dataStaysOnItsNode, "SWM-008", {
  rejects: [
    { name: "no constraints", given: placed(undefined), evidence: ["placement.constraints is not set"] },
    {
      name: "constraints that leave several nodes",
      given: placed(["node.role == worker", "node.hostname != b"]),
      evidence: ['placement.constraints is ["node.role == worker","node.hostname != b"]'],
    },
    {
      name: "what is known only at apply",
      given: placed(["${var.constraint}"]),
      evidence: ['placement.constraints is ["${var.constraint}"], known only at apply'],
    },
  ],
  accepts: [
    { name: "a label of a node", given: placed(["node.labels.data == true"]) },
    { name: "a node by name", given: placed(["node.hostname==a"]) },
    { name: "what keeps no data", given: withTask({ container_spec: { image: "app:1" } }), examined: 0 },
  ],
});

import { neverPrivileged } from "../../../policies/containers/never-privileged.ts";
import { judges } from "../judging.ts";

judges(neverPrivileged, "CTR-001", {
  rejects: [
    { name: "a privileged container", given: { privileged: true }, evidence: ["privileged is true"] },
    { name: "one that says it as text", given: { privileged: "true" }, evidence: ['privileged is "true"'] },
    {
      name: "what is known only at apply",
      given: { privileged: "${var.privileged}" },
      evidence: ['privileged is "${var.privileged}", known only at apply'],
    },
  ],
  accepts: [
    { name: "a container that says nothing", given: {} },
    { name: "one that says no", given: { privileged: false } },
  ],
});

import { processNamespaceIsItsOwn } from "../../../policies/containers/process-namespace-is-its-own.ts";
import { judges } from "../judging.ts";

judges(processNamespaceIsItsOwn, "CTR-020", {
  rejects: [
    { name: "that of the host", given: { pid_mode: "host" }, evidence: ['pid_mode is "host"'] },
    {
      name: "that of another container",
      given: { pid_mode: "container:x" },
      evidence: ['pid_mode is "container:x"'],
    },
    {
      name: "what is known only at apply",
      given: { pid_mode: "${var.mode}" },
      evidence: ['pid_mode is "${var.mode}", known only at apply'],
    },
  ],
  accepts: [{ name: "a namespace of its own", given: {} }],
});

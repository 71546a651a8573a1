import { utsNamespaceIsItsOwn } from "../../../policies/containers/uts-namespace-is-its-own.ts";
import { judges } from "../judging.ts";

judges(utsNamespaceIsItsOwn, "CTR-046", {
  rejects: [
    { name: "that of the host", given: { uts_mode: "host" }, evidence: ['uts is "host"'] },
    {
      name: "what is known only where it runs",
      given: { uts_mode: "${MODE}" },
      evidence: ['uts is "${MODE}", known only at apply'],
    },
  ],
  accepts: [{ name: "a namespace of its own", given: {} }],
});

import { runtimeIsKnown } from "../../../policies/containers/runtime-is-known.ts";
import { judges } from "../judging.ts";

judges(runtimeIsKnown, "CTR-042", {
  rejects: [
    { name: "another program", given: { runtime: "my-runtime" }, evidence: ['runtime is "my-runtime"'] },
    {
      name: "what is known only at apply",
      given: { runtime: "${var.runtime}" },
      evidence: ['runtime is "${var.runtime}", known only at apply'],
    },
  ],
  accepts: [
    { name: "the default", given: {} },
    { name: "one that isolates more", given: { runtime: "runsc" } },
  ],
});

import { outputStaysOutOfTheState } from "../../../policies/containers/output-stays-out-of-the-state.ts";
import { judges } from "../judging.ts";

judges(outputStaysOutOfTheState, "CTR-037", {
  rejects: [
    { name: "logs of a service", given: { logs: true }, evidence: ["logs is true"] },
    {
      name: "what is known only at apply",
      given: { logs: "${var.logs}" },
      evidence: ['logs is "${var.logs}", known only at apply'],
    },
  ],
  accepts: [
    { name: "a service", given: {} },
    { name: "logs of a job", given: { must_run: false, logs: true }, examined: 0 },
  ],
});

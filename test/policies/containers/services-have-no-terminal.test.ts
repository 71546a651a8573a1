import { servicesHaveNoTerminal } from "../../../policies/containers/services-have-no-terminal.ts";
import { judges } from "../judging.ts";

judges(servicesHaveNoTerminal, "CTR-031", {
  rejects: [
    { name: "a terminal", given: { tty: true }, evidence: ["tty is true"] },
    { name: "an open input", given: { stdin_open: true }, evidence: ["stdin_open is true"] },
    {
      name: "what is known only at apply",
      given: { tty: "${var.tty}" },
      evidence: ['tty is "${var.tty}", known only at apply'],
    },
  ],
  accepts: [
    { name: "neither", given: { tty: false } },
    { name: "a terminal of a job", given: { must_run: false, tty: true }, examined: 0 },
  ],
});

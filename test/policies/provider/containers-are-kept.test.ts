import { containersAreKept } from "../../../policies/provider/containers-are-kept.ts";
import { judges } from "../judging.ts";

judges(containersAreKept, "PRV-020", {
  rejects: [
    { name: "rm", given: { rm: true }, evidence: ["rm is true"] },
    { name: "a container that is not started", given: { start: false }, evidence: ["start is false"] },
    {
      name: "a must_run known only at apply",
      given: { must_run: "${var.run}" },
      evidence: ['must_run is "${var.run}", known only at apply'],
    },
    { name: "a must_run that is no truth value", given: { must_run: "no" }, evidence: ['must_run is "no"'] },
    { name: "a service that apply attaches to", given: { attach: true }, evidence: ["attach is true"] },
    {
      name: "all at once",
      given: { rm: true, start: false, attach: true, must_run: true },
      evidence: ["rm is true", "start is false", "attach is true"],
    },
    { name: "rm of a job", given: { must_run: false, rm: true }, evidence: ["rm is true"] },
  ],
  accepts: [
    { name: "a service", given: {} },
    { name: "a service that says so", given: { must_run: true, start: true, rm: false, attach: false } },
    { name: "a job", given: { must_run: false, attach: true } },
  ],
});

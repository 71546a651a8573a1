import { initReapsProcesses } from "../../../policies/containers/init-reaps-processes.ts";
import { judges } from "../judging.ts";
import { withSpec } from "../services.ts";

judges(initReapsProcesses, "CTR-030", {
  rejects: [
    { name: "no init", given: {}, evidence: ["init is not set"] },
    { name: "an init that is refused", given: { init: false }, evidence: ["init is false"] },
    {
      name: "what is known only at apply",
      given: { init: "${var.init}" },
      evidence: ['init is "${var.init}", known only at apply'],
    },
    {
      name: "a service of a swarm",
      type: "docker_service",
      given: withSpec({}),
      evidence: ["init is not set"],
    },
  ],
  accepts: [
    { name: "an init", given: { init: true } },
    { name: "one of a service of a swarm", type: "docker_service", given: withSpec({ init: true }) },
  ],
});

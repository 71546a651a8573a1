import { resourcesAreReserved } from "../../../policies/swarm/resources-are-reserved.ts";
import { judges } from "../judging.ts";
import { withTask } from "../services.ts";

const both = { memory_bytes: 1048576, nano_cpus: 100000000 };

judges(resourcesAreReserved, "SWM-007", {
  rejects: [
    {
      name: "neither",
      given: {},
      evidence: [
        "resources.limits.memory_bytes is not set",
        "resources.limits.nano_cpus is not set",
        "resources.reservation.memory_bytes is not set",
        "resources.reservation.nano_cpus is not set",
      ],
    },
    {
      name: "limits without reservations",
      given: withTask({ resources: { limits: both, reservation: { memory_bytes: 0, nano_cpus: 1 } } }),
      evidence: ["resources.reservation.memory_bytes is 0"],
    },
    {
      name: "what is known only at apply",
      given: withTask({ resources: { limits: { ...both, nano_cpus: "${var.cpus}" }, reservation: both } }),
      evidence: ['resources.limits.nano_cpus is "${var.cpus}", known only at apply'],
    },
  ],
  accepts: [{ name: "both", given: withTask({ resources: [{ limits: [both], reservation: [both] }] }) }],
});

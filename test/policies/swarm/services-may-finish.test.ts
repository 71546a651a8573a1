import { servicesMayFinish } from "../../../policies/swarm/services-may-finish.ts";
import { judges } from "../judging.ts";
import { withSpec } from "../services.ts";

const stops = (stop_grace_period?: string) => withSpec({ image: "postgres:17", stop_grace_period });

judges(servicesMayFinish, "SWM-013", {
  rejects: [
    { name: "the default of 10 s", given: stops(), evidence: ["stop_grace_period is not set"] },
    { name: "too little", given: stops("30s"), evidence: ['stop_grace_period is "30s"'] },
    {
      name: "what is known only at apply",
      given: stops("${var.grace}"),
      evidence: ['stop_grace_period is "${var.grace}", known only at apply'],
    },
  ],
  accepts: [
    { name: "a minute", given: stops("1m") },
    { name: "what keeps no data", given: withSpec({ image: "app:1" }), examined: 0 },
  ],
});

import { buildsAreConfined } from "../../../policies/images/builds-are-confined.ts";
import { judges } from "../judging.ts";

judges(buildsAreConfined, "IMG-006", {
  rejects: [
    {
      name: "the network of the host and weakened confinement",
      given: { build: { network_mode: "host", security_opt: ["seccomp=unconfined", "${var.option}"] } },
      evidence: [
        'build.network_mode is "host"',
        'build.security_opt holds "seccomp=unconfined"',
        'build.security_opt holds "${var.option}", known only at apply',
      ],
    },
    {
      name: "what is known only at apply",
      given: { build: { network_mode: "${var.mode}" } },
      evidence: ['build.network_mode is "${var.mode}", known only at apply'],
    },
  ],
  accepts: [
    { name: "no build", given: {}, examined: 0 },
    { name: "a build", given: { build: { context: "." } } },
    { name: "a build without a network", given: { build: [{ network_mode: "none" }] } },
  ],
});

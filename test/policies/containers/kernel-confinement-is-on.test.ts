import { kernelConfinementIsOn } from "../../../policies/containers/kernel-confinement-is-on.ts";
import { judges } from "../judging.ts";
import { withSpec } from "../services.ts";

judges(kernelConfinementIsOn, "CTR-029", {
  rejects: [
    {
      name: "each of the four switched off",
      given: {
        security_opts: [
          "seccomp=unconfined",
          "apparmor:unconfined",
          "label=disable",
          "systempaths=unconfined",
        ],
      },
      evidence: [
        'security_opts holds "seccomp=unconfined"',
        'security_opts holds "apparmor:unconfined"',
        'security_opts holds "label=disable"',
        'security_opts holds "systempaths=unconfined"',
      ],
    },
    {
      name: "a service of a swarm without SELinux",
      type: "docker_service",
      given: withSpec({ privileges: { se_linux_context: { disable: true } } }),
      evidence: ["privileges.se_linux_context.disable is true"],
    },
    {
      name: "what is known only at apply",
      given: { security_opts: ["${var.option}"] },
      evidence: ['security_opts holds "${var.option}", known only at apply'],
    },
  ],
  accepts: [
    { name: "the default", given: {} },
    { name: "profiles of its own", given: { security_opts: ["seccomp=profile.json", "apparmor=kit"] } },
    { name: "a service of a swarm", type: "docker_service", given: withSpec({}) },
  ],
});

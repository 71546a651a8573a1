import { provisionersRunNoPrograms } from "../../../policies/state/provisioners-run-no-programs.ts";
import { judges } from "../judging.ts";

const local = (settings: object) => ({ provisioner: [{ "local-exec": settings }] });

judges(provisionersRunNoPrograms, "STA-006", {
  rejects: [
    {
      name: "programs of a container",
      type: "docker_container",
      given: {
        provisioner: [{ "local-exec": { command: "a" } }, { "remote-exec": { inline: ["a"] } }, { file: {} }],
      },
      evidence: ["provisioner local-exec", "provisioner remote-exec", "provisioner file"],
    },
    {
      name: "a command that is made of values",
      type: "terraform_data",
      given: local({ command: "run ${var.a}", environment: { A: "${var.b}" } }),
      evidence: [
        "command of provisioner local-exec is known only at apply",
        "environment of provisioner local-exec is known only at apply",
      ],
    },
  ],
  accepts: [
    { name: "a fixed command", type: "terraform_data", given: local({ command: "make images" }) },
    { name: "none", type: "docker_container", given: {}, examined: 0 },
  ],
});

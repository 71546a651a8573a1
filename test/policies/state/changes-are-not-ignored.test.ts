import { changesAreNotIgnored } from "../../../policies/state/changes-are-not-ignored.ts";
import { judges } from "../judging.ts";

judges(changesAreNotIgnored, "STA-005", {
  rejects: [
    {
      name: "all",
      type: "docker_container",
      given: { lifecycle: { ignore_changes: "all" } },
      evidence: ["changes of all are ignored"],
    },
    {
      name: "what is looked at",
      type: "docker_container",
      given: { lifecycle: [{ ignore_changes: ["labels", "env", "image"] }] },
      evidence: ["changes of env are ignored", "changes of image are ignored"],
    },
    {
      name: "a mode that is declared, or stands for no network",
      type: "docker_container",
      given: { network_mode: "host", lifecycle: { ignore_changes: ["network_mode"] } },
      evidence: ["changes of network_mode are ignored"],
    },
    {
      name: "a list known only at apply",
      type: "docker_container",
      given: { lifecycle: { ignore_changes: [1] } },
      evidence: ["cannot be judged: ignore_changes is [1], which is not a list of texts"],
    },
  ],
  accepts: [
    {
      name: "the mode of a container on networks of its own",
      type: "docker_container",
      given: {
        networks_advanced: [{ name: "${docker_network.n.id}" }],
        lifecycle: { ignore_changes: ["network_mode"] },
      },
    },
    { name: "labels", type: "docker_volume", given: { lifecycle: { ignore_changes: ["labels"] } } },
    { name: "nothing", type: "docker_volume", given: {}, examined: 0 },
  ],
});

import { noPowerfulGroup } from "../../../policies/containers/no-powerful-group.ts";
import { judges } from "../judging.ts";
import { withSpec } from "../services.ts";

judges(noPowerfulGroup, "CTR-038", {
  rejects: [
    {
      name: "root's and the engine's",
      given: { group_add: ["0", "1000", "docker"] },
      evidence: ['the added group is "0"', 'the added group is "docker"'],
    },
    {
      name: "one of a service of a swarm",
      type: "docker_service",
      given: withSpec({ groups: ["root"] }),
      evidence: ['the added group is "root"'],
    },
    {
      name: "what is known only at apply",
      given: { group_add: ["${var.group}"] },
      evidence: ['an added group is "${var.group}", known only at apply'],
    },
  ],
  accepts: [
    { name: "none", given: {}, examined: 0 },
    { name: "a group of its own", given: { group_add: ["1000", "dialout"] } },
  ],
});

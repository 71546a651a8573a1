import { cgroupIsItsOwn } from "../../../policies/containers/cgroup-is-its-own.ts";
import { judges } from "../judging.ts";

judges(cgroupIsItsOwn, "CTR-023", {
  rejects: [
    {
      name: "the namespace of the host",
      given: { cgroupns_mode: "host" },
      evidence: ['cgroupns_mode is "host"'],
    },
    {
      name: "another parent",
      given: { cgroup_parent: "/system.slice" },
      evidence: ['cgroup_parent is "/system.slice"'],
    },
    {
      name: "what is known only at apply",
      given: { cgroupns_mode: "${var.mode}", cgroup_parent: "${var.parent}" },
      evidence: [
        'cgroupns_mode is "${var.mode}", known only at apply',
        'cgroup_parent is "${var.parent}", known only at apply',
      ],
    },
  ],
  accepts: [
    { name: "the default", given: {} },
    { name: "a private namespace", given: { cgroupns_mode: "private" } },
  ],
});

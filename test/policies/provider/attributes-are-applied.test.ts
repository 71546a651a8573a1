import { attributesAreApplied } from "../../../policies/provider/attributes-are-applied.ts";
import { judges } from "../judging.ts";

judges(attributesAreApplied, "PRV-001", {
  rejects: [
    {
      name: "a CPU quota",
      given: { cpu_period: 100000, cpu_quota: 50000 },
      evidence: ["cpu_period is 100000", "cpu_quota is 50000"],
    },
    { name: "a platform", given: { platform: "linux/amd64" }, evidence: ['platform is "linux/amd64"'] },
    {
      name: "options of a volume mount, in any of the mounts",
      given: { mounts: [{ type: "bind" }, { type: "volume", volume_options: { no_copy: true } }] },
      evidence: ['mounts.volume_options is {"no_copy":true}'],
    },
    {
      name: "the same in a single mount written as an object",
      given: { mounts: { volume_options: [{ no_copy: true }] } },
      evidence: ['mounts.volume_options is [{"no_copy":true}]'],
    },
    {
      name: "check_duplicate of a network, with any value",
      given: { check_duplicate: false },
      type: "docker_network",
      evidence: ["check_duplicate is false"],
    },
  ],
  accepts: [
    {
      name: "a container with cpus and mounts",
      given: { cpus: "0.5", mounts: [{ type: "bind", source: "/srv" }] },
    },
    { name: "a network", given: { driver: "bridge" }, type: "docker_network" },
    {
      name: "another resource with an attribute of that name",
      given: { platform: "linux/amd64" },
      type: "docker_image",
      examined: 0,
    },
  ],
});

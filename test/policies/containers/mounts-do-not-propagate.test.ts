import { mountsDoNotPropagate } from "../../../policies/containers/mounts-do-not-propagate.ts";
import { judges } from "../judging.ts";
import { mountedPath, withSpec } from "../services.ts";

const propagating = (propagation: string) => mountedPath("/srv/a", { bind_options: { propagation } });

judges(mountsDoNotPropagate, "CTR-027", {
  rejects: [
    {
      name: "a shared mount",
      given: propagating("rshared"),
      evidence: ['propagation of the mount of "/srv/a" is "rshared"'],
    },
    {
      name: "a slave of a service of a swarm",
      type: "docker_service",
      given: withSpec(propagating("slave")),
      evidence: ['propagation of the mount of "/srv/a" is "slave"'],
    },
    {
      name: "what is known only at apply",
      given: propagating("${var.mode}"),
      evidence: ['propagation of the mount of "/srv/a" is "${var.mode}", known only at apply'],
    },
  ],
  accepts: [
    { name: "the default", given: mountedPath("/srv/a") },
    { name: "a private mount", given: propagating("rprivate") },
    { name: "no host paths", given: {}, examined: 0 },
  ],
});

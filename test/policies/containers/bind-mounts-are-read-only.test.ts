import { bindMountsAreReadOnly } from "../../../policies/containers/bind-mounts-are-read-only.ts";
import { judges } from "../judging.ts";
import { bound, mountedPath, withSpec } from "../services.ts";

judges(bindMountsAreReadOnly, "CTR-026", {
  rejects: [
    {
      name: "one that says nothing",
      given: { volumes: [{ host_path: "/srv/a", container_path: "/in" }] },
      evidence: [{ severity: "low", text: 'read_only of the mount of "/srv/a" is not set' }],
    },
    {
      name: "a writable folder of the system",
      given: mountedPath("/etc/app", { read_only: false }),
      evidence: ['read_only of the mount of "/etc/app" is false'],
    },
    {
      name: "a writable mount",
      given: mountedPath("/srv/a", { read_only: false }),
      evidence: [{ severity: "low", text: 'read_only of the mount of "/srv/a" is false' }],
    },
    {
      name: "one of a service of a swarm",
      type: "docker_service",
      given: withSpec(mountedPath("/srv/a", { read_only: false })),
      evidence: [{ severity: "low", text: 'read_only of the mount of "/srv/a" is false' }],
    },
    {
      name: "what is known only at apply",
      given: bound("/srv/a", { read_only: "${var.read_only}" }),
      evidence: ['read_only of the mount of "/srv/a" is "${var.read_only}", known only at apply'],
    },
  ],
  accepts: [
    { name: "a read-only one", given: bound("/srv/a") },
    {
      name: "a writable volume",
      given: { volumes: [{ volume_name: "a", container_path: "/a" }] },
      examined: 0,
    },
  ],
});

import { tmpfsIsConfined } from "../../../policies/containers/tmpfs-is-confined.ts";
import { judges } from "../judging.ts";
import { withSpec } from "../services.ts";

const mount = (tmpfs_options: unknown) => ({ mounts: [{ type: "tmpfs", target: "/tmp", tmpfs_options }] });

judges(tmpfsIsConfined, "CTR-008", {
  rejects: [
    {
      name: "one without options",
      given: { tmpfs: { "/tmp": "" } },
      evidence: ['options of the tmpfs "/tmp" are "", without size, noexec, nosuid, nodev'],
    },
    {
      name: "one without a bound",
      given: { tmpfs: { "/tmp": "size=0,noexec,nosuid,nodev" } },
      evidence: ['options of the tmpfs "/tmp" are "size=0,noexec,nosuid,nodev", without size'],
    },
    {
      name: "one that says the opposite as well",
      given: { tmpfs: { "/a": "size=1m,noexec,nosuid,nodev", "/b": "size=1m,noexec,exec,nosuid,nodev" } },
      evidence: ['options of the tmpfs "/b" are "size=1m,noexec,exec,nosuid,nodev", without noexec'],
    },
    {
      name: "what is known only at apply",
      given: { tmpfs: { "/tmp": "${var.tmpfs}" } },
      evidence: ['options of the tmpfs "/tmp" are "${var.tmpfs}", known only at apply'],
    },
    {
      name: "a map that is known only at apply",
      given: { tmpfs: "${var.tmpfs}" },
      evidence: ['cannot be judged: tmpfs is "${var.tmpfs}", not a map of paths to options'],
    },
    {
      name: "a mount without a size",
      given: mount({ mode: 448 }),
      evidence: ['size_bytes of the tmpfs "/tmp" is not set'],
    },
    {
      name: "one of a service of a swarm",
      type: "docker_service",
      given: withSpec(mount([{ size_bytes: 0 }])),
      evidence: ['size_bytes of the tmpfs "/tmp" is 0'],
    },
  ],
  accepts: [
    { name: "no tmpfs", given: { volumes: [{ volume_name: "a", container_path: "/a" }] }, examined: 0 },
    { name: "one that is confined", given: { tmpfs: { "/tmp": "rw,size=16m,noexec,nosuid,nodev,uid=1" } } },
    { name: "a mount with a size", given: mount({ size_bytes: 1048576 }) },
  ],
});

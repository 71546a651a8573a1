import { anonymousVolumesAreKept } from "../../../policies/volumes/anonymous-volumes-are-kept.ts";
import { judges } from "../judging.ts";

const anonymous = { volumes: [{ container_path: "/a" }] };

judges(anonymousVolumesAreKept, "VOL-007", {
  rejects: [
    { name: "one that says nothing", given: anonymous, evidence: ["remove_volumes is not set"] },
    {
      name: "a mount without a source",
      given: { mounts: [{ type: "volume", target: "/a" }], remove_volumes: true },
      evidence: ["remove_volumes is true"],
    },
    {
      name: "what is known only at apply",
      given: { ...anonymous, remove_volumes: "${var.remove}" },
      evidence: ['remove_volumes is "${var.remove}", known only at apply'],
    },
  ],
  accepts: [
    { name: "one that is kept", given: { ...anonymous, remove_volumes: false } },
    { name: "named volumes", given: { volumes: [{ volume_name: "a", container_path: "/a" }] }, examined: 0 },
    { name: "memory", given: { mounts: [{ type: "tmpfs", target: "/a" }] }, examined: 0 },
  ],
});

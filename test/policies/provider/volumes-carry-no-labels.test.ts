import { volumesCarryNoLabels } from "../../../policies/provider/volumes-carry-no-labels.ts";
import { judges } from "../judging.ts";

const volumes = [{ container_path: "/data", volume_name: "${docker_volume.Subject.name}" }];
const mountsOf = (block: object) => ({ docker_container: { Redis: { ...block } } });

judges(volumesCarryNoLabels, "PRV-011", {
  rejects: [
    {
      name: "labels, even where changes are ignored",
      given: { labels: [{ label: "version", value: "1" }], lifecycle: { ignore_changes: ["labels"] } },
      evidence: ['label "version" is "1"'],
    },
    {
      name: "data whose labels are not ignored",
      given: {},
      around: mountsOf({ volumes }),
      evidence: ["it holds data, and lifecycle.ignore_changes does not name labels"],
    },
    {
      name: "data in a volume mounted the other way",
      given: { lifecycle: { ignore_changes: ["name"] } },
      around: mountsOf({ mounts: [{ type: "volume", source: "${docker_volume.Subject.name}" }] }),
      evidence: ["it holds data, and lifecycle.ignore_changes does not name labels"],
    },
    {
      name: "data that a job reads too",
      given: {},
      around: { docker_container: { Redis: { volumes }, Job: { must_run: false, volumes } } },
      evidence: ["it holds data, and lifecycle.ignore_changes does not name labels"],
    },
    {
      name: "a volume that nobody is seen to mount",
      given: {},
      evidence: ["it holds data, and lifecycle.ignore_changes does not name labels"],
    },
    {
      name: "a volume whose mount is read-only only at apply",
      given: {},
      around: mountsOf({ volumes: [{ ...volumes[0], read_only: "${var.r}" }] }),
      evidence: ["it holds data, and lifecycle.ignore_changes does not name labels"],
    },
    {
      name: "a volume in a stack whose mounts cannot be read",
      given: {},
      around: mountsOf({ volumes: "${var.volumes}" }),
      evidence: ['cannot be judged: volumes is "${var.volumes}", which is not a block'],
    },
  ],
  accepts: [
    {
      name: "data whose labels are ignored",
      given: { lifecycle: { ignore_changes: ["labels"] } },
      around: mountsOf({ volumes }),
    },
    {
      name: "files that services only read",
      given: {},
      around: mountsOf({ volumes: [{ ...volumes[0], read_only: true }] }),
    },
    { name: "files that a job writes", given: {}, around: mountsOf({ must_run: false, volumes }) },
  ],
});

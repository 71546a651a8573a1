import { isDelivery } from "../facts/containers.ts";
import { isWritable, mountsOf } from "../facts/mounts.ts";
import { kindOf } from "../facts/services.ts";
import { isDelivered } from "../facts/volumes.ts";
import { definePolicy } from "../policy.ts";
import { show } from "../values.ts";

export const deliveredFilesAreReadOnly = definePolicy({
  id: "VOL-008",
  severity: "high",
  title: "the files that a job delivers are read-only to those who read them",
  why: "A service that may write where its configuration and secrets lie can be made to keep what an intruder put there.",
  avoid: `{"resource": {
  "docker_volume": {"files": {"name": "files"}},
  "docker_container": {
    "deliver": {
      "must_run": false, "network_mode": "none",
      "upload": [{"file": "/files/web.conf", "content": "port 80"}],
      "volumes": [{"volume_name": "\${docker_volume.files.name}", "container_path": "/files"}]
    },
    "web": {"volumes": [{"volume_name": "\${docker_volume.files.name}", "container_path": "/config"}]}
  }
}}`,
  prefer: `{"resource": {
  "docker_volume": {"files": {"name": "files"}},
  "docker_container": {
    "deliver": {
      "must_run": false, "network_mode": "none",
      "upload": [{"file": "/files/web.conf", "content": "port 80"}],
      "volumes": [{"volume_name": "\${docker_volume.files.name}", "container_path": "/files"}]
    },
    "web": {"volumes": [{"volume_name": "\${docker_volume.files.name}", "container_path": "/config", "read_only": true}]}
  }
}}`,
  allowed:
    "read_only true on the volume, for everybody but the job that delivers and the renewer of certificates",
  fix: "mount it read_only",
  source: "docs/architecture.md, provider rule 14",
  looksAt: ["docker_container"],
  // The renewer puts certificates next to the one that was delivered.
  where: (container, stack) => !isDelivery(container) && kindOf(container, stack) !== "renewer",
  check: (container, stack) =>
    mountsOf(container)
      .filter((mount) => isWritable(mount) && isDelivered(mount, stack))
      .map(({ source }) => `${show(source)} is mounted writable`),
});

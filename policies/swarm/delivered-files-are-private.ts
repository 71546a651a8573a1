import { containerSpec } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { asNumber, type Block, blocks, must, show } from "../values.ts";

export const deliveredFilesArePrivate = definePolicy({
  id: "SWM-016",
  severity: "medium",
  title: "secrets and configs of a service are closed to others",
  why: "The default is 0444: every process of the container reads the secret, also one that an intruder started.",
  avoid: `{"resource": {"docker_service": {"web": {"task_spec": {"container_spec": {
  "secrets": [{"secret_id": "\${var.db_secret_id}", "file_name": "/run/secrets/db"}]
}}}}}}`,
  prefer: `{"resource": {"docker_service": {"web": {"task_spec": {"container_spec": {
  "secrets": [{"secret_id": "\${var.db_secret_id}", "file_name": "/run/secrets/db", "file_uid": "1000", "file_mode": 256}]
}}}}}}`,
  allowed: "file_mode as the number of a mode without rights for others, for example 256 (0400)",
  fix: "set file_mode to 256 and file_uid to the user of the container",
  source: "kreuzwerker/docker 4.5, docker_service (its example uses 0777)",
  looksAt: ["docker_service"],
  where: (resource) => filesOf(containerSpec(resource)).length > 0,
  check: (resource) =>
    filesOf(containerSpec(resource)).flatMap((file) =>
      must(file, "file_mode", isPrivate, `file_mode of ${show(file.file_name)}`),
    ),
});

const filesOf = (spec: Block): readonly Block[] => [...blocks(spec, "secrets"), ...blocks(spec, "configs")];

/** A decimal number in the JSON: 256 is 0400. */
const isPrivate = (mode: unknown) => asNumber(mode) > 0 && (asNumber(mode) & 0o007) === 0;

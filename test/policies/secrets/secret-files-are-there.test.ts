import { secretFilesAreThere } from "../../../policies/secrets/secret-files-are-there.ts";
import { judges } from "../judging.ts";

const at = (path: string, more = {}) => ({ image: "app", env: [`API_KEY_FILE=${path}`], ...more });
const VOLUME = {
  volumes: { container_path: "/run/app", volume_name: "${docker_volume.Files.name}", read_only: true },
};
const around = {
  docker_volume: { Files: { name: "files" } },
  docker_container: {
    Job: {
      image: "base",
      must_run: false,
      upload: [{ file: "/incoming/API_KEY", source: "k" }],
      volumes: { container_path: "/run/app", volume_name: "${docker_volume.Files.name}" },
    },
  },
};

judges(secretFilesAreThere, "SEC-009", {
  rejects: [
    {
      name: "a path that nothing is put at",
      given: at("/run/secrets/k"),
      evidence: ['API_KEY_FILE is "/run/secrets/k", where nothing is put'],
    },
    {
      name: "a file that the job does not deliver",
      given: at("/run/app/OTHER", VOLUME),
      around,
      evidence: ['API_KEY_FILE is "/run/app/OTHER", where nothing is put'],
    },
    {
      name: "a path known only at apply",
      given: at("${var.p}"),
      evidence: ["API_KEY_FILE is known only at apply"],
    },
    {
      name: "a secret of a service under another name",
      type: "docker_service",
      given: {
        task_spec: {
          container_spec: { image: "a", env: { K_FILE: "/run/secrets/k" }, secrets: { file_name: "other" } },
        },
      },
      evidence: ['K_FILE is "/run/secrets/k", where nothing is put'],
    },
  ],
  accepts: [
    { name: "a file that a job delivers", given: at("/run/app/API_KEY", VOLUME), around },
    {
      name: "a file of the host",
      given: at("/run/k", { mounts: { target: "/run/k", source: "/srv/k", type: "bind" } }),
    },
    {
      name: "a folder of the host",
      given: at("/run/s/k", { volumes: { container_path: "/run/s/", host_path: "/srv" } }),
    },
    { name: "an upload", given: at("/k", { upload: { file: "/k", source: "k" } }) },
    {
      name: "a secret of a service",
      type: "docker_service",
      given: {
        task_spec: {
          container_spec: { image: "a", env: { K_FILE: "/run/secrets/k" }, secrets: { file_name: "k" } },
        },
      },
    },
    { name: "no such variable", given: { env: ["A=b"] }, examined: 0 },
  ],
});

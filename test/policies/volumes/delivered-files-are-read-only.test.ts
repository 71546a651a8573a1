import { deliveredFilesAreReadOnly } from "../../../policies/volumes/delivered-files-are-read-only.ts";
import { judges } from "../judging.ts";

const VOLUME = "${docker_volume.Files.name}";
const mounted = (read_only?: boolean) => ({
  volumes: [
    { volume_name: VOLUME, container_path: "/run/files", ...(read_only === undefined ? {} : { read_only }) },
  ],
});
const around = {
  docker_volume: { Files: { name: "files" }, Data: { name: "data" } },
  docker_container: { Job: { must_run: false, network_mode: "none", ...mounted() } },
};

judges(deliveredFilesAreReadOnly, "VOL-008", {
  rejects: [
    {
      name: "a service that may write",
      given: mounted(),
      around,
      evidence: [`"${VOLUME}" is mounted writable`],
    },
    {
      name: "one that says so",
      given: mounted(false),
      around,
      evidence: [`"${VOLUME}" is mounted writable`],
    },
    {
      name: "a job that is no delivery",
      given: { must_run: false, ...mounted() },
      around,
      evidence: [`"${VOLUME}" is mounted writable`],
    },
  ],
  // The delivery next to it does not count: it is where files come from.
  accepts: [
    { name: "a service that may read", given: mounted(true), around },
    {
      name: "a volume for data",
      given: { volumes: [{ volume_name: "${docker_volume.Data.name}", container_path: "/data" }] },
      around,
    },
    {
      name: "the delivery itself",
      given: { must_run: false, network_mode: "none", ...mounted() },
      examined: 0,
    },
    {
      name: "the renewer of certificates",
      given: { image: "exploreiot/renewer:1", ...mounted() },
      around,
      examined: 0,
    },
  ],
});

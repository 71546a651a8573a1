import { sharedMemoryIsEnough } from "../../../policies/postgres/shared-memory-is-enough.ts";
import { judges } from "../judging.ts";

const image = "postgres:15";

judges(sharedMemoryIsEnough, "PGS-008", {
  rejects: [
    { name: "what Docker gives", given: { image }, evidence: ["shm_size is not set"] },
    { name: "too little", given: { image, shm_size: 64 }, evidence: ["shm_size is 64"] },
    {
      name: "a size known only at apply",
      given: { image, shm_size: "${var.s}" },
      evidence: ['shm_size is "${var.s}", known only at apply'],
    },
    {
      name: "a small tmpfs",
      given: { image, shm_size: 256, tmpfs: { "/dev/shm": "size=64m,noexec" } },
      evidence: ["the tmpfs at /dev/shm has 64 MiB"],
    },
    {
      name: "a small tmpfs of a service",
      type: "docker_service",
      given: {
        task_spec: {
          container_spec: {
            image,
            mounts: { type: "tmpfs", target: "/dev/shm", tmpfs_options: { size_bytes: 1048576 } },
          },
        },
      },
      evidence: ["the tmpfs at /dev/shm has 1 MiB"],
    },
  ],
  accepts: [
    { name: "128 MiB", given: { image, shm_size: 128 } },
    { name: "a tmpfs", given: { image, tmpfs: { "/dev/shm": "size=1g" } } },
  ],
});

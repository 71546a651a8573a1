import { dataIsOnAVolume } from "../../../policies/postgres/data-is-on-a-volume.ts";
import { judges } from "../judging.ts";

const at = (container_path: string, image = "postgres:15", more = {}) => ({
  image,
  volumes: { container_path, volume_name: "data", ...more },
});

judges(dataIsOnAVolume, "PGS-006", {
  rejects: [
    {
      name: "no volume",
      given: { image: "postgres:15" },
      evidence: ["the data at /var/lib/postgresql/data is on no named volume"],
    },
    {
      name: "a volume elsewhere, and one that is read-only",
      given: {
        image: "postgres:15",
        volumes: [
          { container_path: "/data", volume_name: "data" },
          { container_path: "/var/lib/postgresql/data", volume_name: "data", read_only: true },
        ],
      },
      evidence: ["the data at /var/lib/postgresql/data is on no named volume"],
    },
    {
      name: "the old place in 18",
      given: at("/var/lib/postgresql/data", "postgres:18.1"),
      evidence: ["the data at /var/lib/postgresql/18/docker is on no named volume"],
    },
    {
      name: "a place of its own next to the volume",
      given: { ...at("/var/lib/postgresql/data"), env: ["PGDATA=/pgdata"] },
      evidence: ["the data at /pgdata is on no named volume"],
    },
    {
      name: "a place known only at apply",
      given: { image: "postgres:15", env: ["PGDATA=${var.p}"] },
      evidence: ["PGDATA is known only at apply"],
    },
  ],
  accepts: [
    { name: "the image's place", given: at("/var/lib/postgresql/data/") },
    {
      name: "a folder of the host",
      given: {
        image: "postgres:15",
        volumes: { container_path: "/var/lib/postgresql/data", host_path: "/srv" },
      },
    },
    { name: "either place where no version is named", given: at("/var/lib/postgresql", "postgres:latest") },
    { name: "the place of 18", given: at("/var/lib/postgresql", "postgres:18") },
    { name: "a folder below the volume", given: { ...at("/data"), env: ["PGDATA=/data/pg"] } },
    {
      name: "a mount of a service",
      type: "docker_service",
      given: {
        task_spec: {
          container_spec: {
            image: "postgres:15",
            mounts: { target: "/var/lib/postgresql/data", source: "data", type: "volume" },
          },
        },
      },
    },
  ],
});

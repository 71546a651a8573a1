import type { Block } from "../../../policies/values.ts";
import { dataIsOnANamedVolume } from "../../../policies/volumes/data-is-on-a-named-volume.ts";
import { judges } from "../judging.ts";
import { withSpec } from "../services.ts";

const stores = (image: string, container_path: string, more: Block = { volume_name: "data" }): Block => ({
  image,
  volumes: [{ container_path, ...more }],
});

judges(dataIsOnANamedVolume, "VOL-001", {
  rejects: [
    {
      name: "a broker without a volume",
      given: { image: "eclipse-mosquitto:2.0" },
      evidence: [{ severity: "low", text: "nothing is mounted at /mosquitto/data" }],
    },
    {
      name: "a volume next to the data",
      given: { ...stores("postgres:17", "/var/lib/postgresql/data"), env: ["PGDATA=/srv/pg"] },
      evidence: ["nothing is mounted at /srv/pg"],
    },
    {
      name: "an anonymous volume",
      given: stores("redis:7", "/data", {}),
      evidence: ['an anonymous volume is at "/data"'],
    },
    {
      name: "a host path",
      given: stores("redis:7", "/data/", { host_path: "/srv/redis" }),
      evidence: [{ severity: "low", text: 'a mount of type "bind" is at "/data/"' }],
    },
    {
      name: "memory",
      type: "docker_service",
      given: withSpec({ image: "redis:7", mounts: [{ type: "tmpfs", target: "/data" }] }),
      evidence: ['a mount of type "tmpfs" is at "/data"'],
    },
    {
      name: "what is known only at apply",
      given: stores("redis:7", "/data", { volume_name: "${var.volume}" }),
      evidence: ['the volume at "/data" is "${var.volume}", known only at apply'],
    },
  ],
  accepts: [
    { name: "a named volume", given: stores("redis:7", "/data") },
    {
      name: "a volume of the stack",
      given: stores("redis:7", "/data", { volume_name: "${docker_volume.Data.name}" }),
    },
    { name: "a volume above the data", given: stores("postgres:18", "/var/lib/postgresql") },
    {
      name: "a folder below the volume",
      given: {
        ...stores("postgres:17", "/var/lib/postgresql/data"),
        env: ["PGDATA=/var/lib/postgresql/data/pgdata"],
      },
    },
    {
      name: "a service of a swarm",
      type: "docker_service",
      given: withSpec({
        image: "postgres:17",
        env: { PGDATA: "/data/pg" },
        mounts: [{ type: "volume", source: "pg", target: "/data" }],
      }),
    },
    { name: "a program without data", given: { image: "nginx:1.27" }, examined: 0 },
  ],
});

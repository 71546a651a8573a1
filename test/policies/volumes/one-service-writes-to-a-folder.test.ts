import { oneServiceWritesToAFolder } from "../../../policies/volumes/one-service-writes-to-a-folder.ts";
import { judges } from "../judging.ts";

/** The finding stands at the second of two. */
const bound = (host_path: string, more = {}) => ({
  volumes: [{ host_path, container_path: "/data", ...more }],
});
const first = (host_path: string) => ({ "//": { metadata: { path: "test/First" } }, ...bound(host_path) });
const other = (host_path: string, more = {}) => ({
  docker_container: { Other: { "//": { metadata: { path: "test/Subject" } }, ...bound(host_path, more) } },
});

judges(oneServiceWritesToAFolder, "VOL-009", {
  rejects: [
    {
      name: "two that write to one folder",
      given: first("/srv/data"),
      around: other("/srv/data/"),
      evidence: ['test/First writes to "/srv/data" as well'],
    },
    {
      name: "a folder that lies in that of the other",
      given: first("/srv/data"),
      around: other("/srv/data/files"),
      evidence: ['test/First writes to "/srv/data/files" as well'],
    },
    {
      name: "a folder in which that of the other lies",
      given: first("/srv/data/files"),
      around: other("/srv/data"),
      evidence: ['test/First writes to "/srv/data" as well'],
    },
  ],
  accepts: [
    {
      name: "one that reads",
      given: bound("/srv/data", { read_only: true }),
      around: other("/srv/data"),
      examined: 2,
    },
    {
      name: "another that reads",
      given: bound("/srv/data"),
      around: other("/srv/data", { read_only: true }),
      examined: 2,
    },
    {
      name: "folders whose names begin alike",
      given: bound("/srv/data"),
      around: other("/srv/database"),
      examined: 2,
    },
    {
      name: "services of which one or the other runs",
      given: { ...bound("/srv/data"), profiles: ["mysql"] },
      around: {
        docker_container: { Other: { ...bound("/srv/data"), profiles: ["postgres"] } },
      },
      examined: 2,
    },
    {
      name: "what has rules of its own",
      given: bound("/var/run/docker.sock"),
      around: other("/var/run/docker.sock"),
      examined: 2,
    },
    {
      name: "a folder that is known only at apply",
      given: bound("${var.folder}"),
      around: other("${var.folder}"),
      examined: 2,
    },
    {
      name: "a volume, of which VOL-004 speaks",
      given: { volumes: [{ volume_name: "v", container_path: "/data" }] },
      examined: 0,
    },
  ],
});

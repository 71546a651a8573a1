import { noSensitiveHostPath } from "../../../policies/containers/no-sensitive-host-path.ts";
import { judges } from "../judging.ts";
import { bound, mountedPath, withSpec } from "../services.ts";

judges(noSensitiveHostPath, "CTR-025", {
  rejects: [
    { name: "everything", given: bound("/"), evidence: ['host path of "/in" is "/"'] },
    {
      name: "a part of the system",
      given: mountedPath("/etc/ssl/"),
      evidence: ['host path of "/in" is "/etc/ssl/"'],
    },
    {
      name: "one of a service of a swarm",
      type: "docker_service",
      given: withSpec(mountedPath("/var/lib/docker/volumes")),
      evidence: ['host path of "/in" is "/var/lib/docker/volumes"'],
    },
    {
      name: "what is known only at apply",
      given: bound("${var.path}"),
      evidence: ['host path of "/in" is "${var.path}", known only at apply'],
    },
  ],
  accepts: [
    {
      name: "no host paths",
      given: { volumes: [{ volume_name: "etc", container_path: "/etc" }] },
      examined: 0,
    },
    { name: "a folder of its own", given: bound("/srv/data") },
    { name: "a folder of the project", given: bound("./config") },
    { name: "the time zone", given: bound("/etc/localtime") },
  ],
});

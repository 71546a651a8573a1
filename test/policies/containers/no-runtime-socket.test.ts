import { noRuntimeSocket } from "../../../policies/containers/no-runtime-socket.ts";
import { judges } from "../judging.ts";
import { bound, mountedPath, withSpec } from "../services.ts";

judges(noRuntimeSocket, "CTR-024", {
  rejects: [
    {
      name: "the socket of the engine, read-only or not",
      given: bound("/var/run/docker.sock"),
      evidence: ['host path of "/in" is "/var/run/docker.sock"'],
    },
    {
      name: "one that is spelled otherwise",
      given: mountedPath("/run/../run//podman/podman.sock"),
      evidence: ['host path of "/in" is "/run/../run//podman/podman.sock"'],
    },
    {
      name: "one that is called a volume",
      given: { volumes: [{ volume_name: "/run/docker.sock", container_path: "/in" }] },
      evidence: ['host path of "/in" is "/run/docker.sock"'],
    },
    {
      name: "its folder",
      given: bound("/run/containerd/"),
      evidence: ['host path of "/in" is "/run/containerd/"'],
    },
    {
      name: "one of a service of a swarm",
      type: "docker_service",
      given: withSpec(mountedPath("/run/crio/crio.sock")),
      evidence: ['host path of "/in" is "/run/crio/crio.sock"'],
    },
    {
      name: "what is known only at apply",
      given: bound("${var.path}"),
      evidence: ['host path of "/in" is "${var.path}", known only at apply'],
    },
    {
      name: "a mount of a kind that is known only at apply",
      given: mountedPath("/var/run/docker.sock", { type: "${var.type}" }),
      evidence: ['host path of "/in" is "/var/run/docker.sock"'],
    },
  ],
  accepts: [
    {
      name: "no host paths",
      given: { volumes: [{ volume_name: "docker.sock", container_path: "/a" }] },
      examined: 0,
    },
    { name: "another host path", given: bound("/srv/docker.sock.d") },
  ],
});

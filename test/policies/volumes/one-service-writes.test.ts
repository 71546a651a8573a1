import type { Block } from "../../../policies/values.ts";
import { oneServiceWrites } from "../../../policies/volumes/one-service-writes.ts";
import { judges } from "../judging.ts";
import { withSpec } from "../services.ts";

const container = (volume_name: string, more: Block = {}): Block => ({
  volumes: [{ volume_name, container_path: "/a", ...more }],
});
const REFERENCE = "${docker_volume.Subject.name}";

judges(oneServiceWrites, "VOL-004", {
  rejects: [
    {
      name: "two services that write, one by reference and one by name",
      given: { name: "data" },
      around: { docker_container: { A: container(REFERENCE), B: container("data") } },
      evidence: ["test/docker_container.A, test/docker_container.B write to it"],
    },
    {
      name: "a service of a swarm next to a container",
      given: { name: "data" },
      around: {
        docker_container: { A: container("data", { read_only: "${var.read_only}" }) },
        docker_service: { B: withSpec({ mounts: [{ type: "volume", source: "data", target: "/a" }] }) },
      },
      evidence: ["test/docker_container.A, test/docker_service.B write to it"],
    },
  ],
  accepts: [
    { name: "a volume of nobody", given: { name: "data" } },
    {
      name: "one that writes and one that reads",
      given: { name: "data" },
      around: { docker_container: { A: container("data"), B: container(REFERENCE, { read_only: true }) } },
    },
    {
      name: "one that has it at two places",
      given: { name: "data" },
      around: {
        docker_container: {
          A: { volumes: ["/a", "/b"].map((container_path) => ({ volume_name: "data", container_path })) },
        },
      },
    },
    {
      name: "services of which one or the other runs",
      given: { name: "data" },
      around: {
        docker_container: {
          A: { ...container("data"), profiles: ["mysql"] },
          B: { ...container("data"), profiles: ["postgres"] },
        },
      },
    },
    {
      name: "a job that hands files to a service",
      given: { name: "data" },
      around: { docker_container: { A: { ...container("data"), must_run: false }, B: container("data") } },
    },
    {
      name: "volumes without names, which are not one",
      given: {},
      around: {
        docker_container: {
          A: { volumes: [{ container_path: "/a" }] },
          B: { volumes: [{ container_path: "/a" }] },
        },
      },
    },
  ],
});

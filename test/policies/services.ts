import type { Block } from "../../policies/values.ts";

/** A `docker_service` with this container_spec. */
export const withSpec = (container_spec: Block): Block => ({ task_spec: { container_spec } });

/** A `docker_service` with this task_spec. */
export const withTask = (task_spec: Block): Block => ({ task_spec });

/** The two ways to bind a host path into a container. */
export const bound = (host_path: unknown, more: Block = {}): Block => ({
  volumes: [{ host_path, container_path: "/in", read_only: true, ...more }],
});
export const mountedPath = (source: unknown, more: Block = {}): Block => ({
  mounts: [{ type: "bind", source, target: "/in", read_only: true, ...more }],
});

import type { Block } from "../../policies/values.ts";

/** Attributes of a container whose image says what it is. */
export const mosquitto: Block = { image: "eclipse-mosquitto:2.0.20" };
export const postgres: Block = { image: "postgres:17" };
export const redis: Block = { image: "redis:7.4" };
export const backend: Block = { image: "exploreiot/backend:1" };
export const frontend: Block = { image: "exploreiot/frontend:1" };
export const edge: Block = { image: "haproxy:3.0" };
export const unknown: Block = { image: "acme/thing:1" };

/** A label that makes a stack a local one; every container has to have it. */
export const local: Block = { labels: [{ label: "exploreiot.env", value: "local" }] };

export const published = (
  internal: unknown,
  external: unknown = internal,
  ip: unknown = "0.0.0.0",
): Block => ({
  ports: [{ internal, external, ip, protocol: "tcp" }],
});

/** Blocks of a service of a swarm. */
export const swarm = (image: string, spec: Block = {}, published: readonly Block[] = []): Block => ({
  task_spec: { container_spec: { image, ...spec } },
  endpoint_spec: { ports: published },
});

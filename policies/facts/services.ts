import { LABEL } from "../../core/labels.ts";
import { readContainerFacts } from "../../core/stack-facts.ts";
import type { Resource, StackDocument } from "../document.ts";
import { type Block, blocks, isFalse } from "../values.ts";
import { labelOf } from "./containers.ts";
import { remembered } from "./remembered.ts";

/** Both ways of running a container. */
export const RUNS = ["docker_container", "docker_service"] as const;

const KINDS = [
  "mosquitto",
  "postgres",
  "redis",
  "backend",
  "frontend",
  "edge",
  "firewall",
  "renewer",
  "job",
] as const;

/** What a container is there for, as far as rules ask. */
export type Kind = (typeof KINDS)[number];

/** The attributes of the container itself: a service has them in its container_spec. */
export function containerSpec({ type, block }: Resource): Block {
  if (type === "docker_container") return block;
  return blocks(taskSpec(block), "container_spec")[0] ?? {};
}

/** `task_spec` of a service: resources, networks, restart policy, log driver. */
export const taskSpec = (block: Block): Block => blocks(block, "task_spec")[0] ?? {};

/** The name of the image that a container runs, as far as it stands in the stack; undefined if only apply knows. */
export function imageOf(resource: Resource, stack: StackDocument): string | undefined {
  const value = containerSpec(resource).image;
  const target = stack.follow(value)?.resource;
  const name = target?.type === "docker_image" ? target.block.name : value;
  return typeof name === "string" && !name.includes("${") ? name : undefined;
}

/** By the last part of the repository's name, as the kit and the public images are called. */
const IMAGES: readonly (readonly [RegExp, Kind])[] = [
  [/mosquitto/, "mosquitto"],
  [/postgres|timescaledb|postgis/, "postgres"],
  [/redis|valkey|keydb/, "redis"],
  [/haproxy|nginx|traefik|caddy|^edge$/, "edge"],
  [/^firewall$/, "firewall"],
  [/^renewer$/, "renewer"],
  [/backend|fastapi|^api$/, "backend"],
  [/frontend|nextjs|^web$/, "frontend"],
];

/**
 * What a container is there for: a job by what it does (it may end); the rest by the kit's own facts, and without them
 * by the image that it runs, since a role is a name that anybody may choose. Undefined for what the kit does not know.
 */
export const kindOf = remembered((resource: Resource, stack: StackDocument): Kind | undefined => {
  if (resource.type === "docker_container" && isFalse(resource.block.must_run)) return "job";
  const facts = stack.facts && readContainerFacts(resource.block, resource.path);
  if (facts?.kind !== undefined) return KINDS.find((kind) => kind === facts.kind);
  const image = imageOf(resource, stack);
  const repository =
    image
      ?.replace(/@.*$/, "")
      .replace(/:[^/]*$/, "")
      .split("/")
      .at(-1) ?? "";
  const byImage = IMAGES.find(([name]) => name.test(repository))?.[1];
  return byImage ?? byRole(labelOf(resource.block, LABEL.role));
});

function byRole(role: unknown): Kind | undefined {
  return IMAGES.find(([name]) => typeof role === "string" && name.test(role))?.[1];
}

/** PostgreSQL and Redis: what nobody outside may reach. */
export const isDatabase = (resource: Resource, stack: StackDocument): boolean =>
  ["postgres", "redis"].includes(kindOf(resource, stack) ?? "");

/** What keeps state of its own. */
export const isStateful = (resource: Resource, stack: StackDocument): boolean =>
  ["postgres", "redis", "mosquitto"].includes(kindOf(resource, stack) ?? "");

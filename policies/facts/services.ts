import { LABEL } from "../../core/labels.ts";
import { readContainerFacts } from "../../core/stack-facts.ts";
import type { Resource, StackDocument } from "../document.ts";
import type { Condition } from "../policy.ts";
import { type Block, blocks, isFalse } from "../values.ts";
import { labelOf } from "./containers.ts";
import {
  KINDS,
  type Kind,
  kindOfCommand,
  kindOfImage,
  type Product,
  productOfCommand,
  productOfImage,
} from "./known-images.ts";
import { parseImageName } from "./parse-image-name.ts";

export type { Kind };

import { remembered, rememberedText } from "./remembered.ts";

/** Both ways of running a container. */
export const RUNS = ["docker_container", "docker_service"] as const;

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

/** The image that a container runs without what comes after the name, which alone may be unknown; undefined else. */
export function repositoryOf(resource: Resource, stack: StackDocument): string | undefined {
  const value = containerSpec(resource).image;
  const target = stack.follow(value)?.resource;
  // A service that is built and has no image is called after itself, which says nothing.
  if (target?.type === "docker_image" && target.block.name === `${target.id}:built`) return undefined;
  const text = target?.type === "docker_image" ? target.block.name : value;
  // A registry that is chosen later changes nothing about what the image is.
  const name = typeof text === "string" ? text.replace(/^\$\{[^}]*\}\/?/, "").replace(/[:@]\$\{.*$/, "") : "";
  if (name === "" || name.includes("${")) return undefined;
  try {
    return parseImageName(name).repository;
  } catch {
    return undefined;
  }
}

/**
 * The purpose of a container: a job by what it does (it may end); the rest by the kit's own facts, and without them
 * by the image that it runs and the program that it is started with, since a role is a name that anybody may choose.
 * Undefined for images that the kit does not know, and for clients of a server that run in its image.
 */
export const kindOf = remembered((resource: Resource, stack: StackDocument): Kind | undefined => {
  if (resource.type === "docker_container" && isFalse(resource.block.must_run)) return "job";
  const facts = stack.facts && readContainerFacts(resource.block, resource.path);
  if (facts?.kind !== undefined) return KINDS.find((kind) => kind === facts.kind);
  const byCommand = kindOfCommand(wordsOf(containerSpec(resource)));
  if (byCommand === "client") return undefined;
  return kindOfImage(repositoryOf(resource, stack) ?? "") ?? byCommand ?? byRole(resource);
});

/** Which program a container runs, for rules about one program; none for its clients, as above. */
export const productOf = remembered((resource: Resource, stack: StackDocument): Product | undefined => {
  if (resource.type === "docker_container" && isFalse(resource.block.must_run)) return undefined;
  const words = wordsOf(containerSpec(resource));
  if (kindOfCommand(words) === "client") return undefined;
  return productOfImage(repositoryOf(resource, stack) ?? "") ?? productOfCommand(words);
});

/** Whether a container runs a program. One condition a program: what it selects is then found once. */
export const isProduct: (product: Product) => Condition = rememberedText(
  (product): Condition =>
    (resource, stack) =>
      productOf(resource, stack) === product,
);

/** The kind that a container of the kit states in its label, in a file that was made of its stack. */
function byRole({ block }: Resource): Kind | undefined {
  const role = labelOf(block, LABEL.role);
  return KINDS.find((kind) => kind === role);
}

/** The started programs: the first one, and those that a shell is told to run. */
function wordsOf({ entrypoint, command, args }: Block): readonly string[] {
  return [entrypoint, command, args]
    .flatMap((list) => (Array.isArray(list) ? list.map(String) : []))
    .flatMap((text) => text.split(/[\s;|&()"']+/))
    .filter((word) => word !== "");
}

/** Whether a service keeps the data of others, which nobody outside may reach. */
export const isDatabase = (resource: Resource, stack: StackDocument): boolean =>
  DATABASES.includes(kindOf(resource, stack));

export const DATABASES: readonly (Kind | undefined)[] = ["postgres", "redis", "mysql", "store"];

/** Whether a service keeps state of its own. */
export const isStateful = (resource: Resource, stack: StackDocument): boolean =>
  ["postgres", "redis", "mosquitto"].includes(kindOf(resource, stack) ?? "");

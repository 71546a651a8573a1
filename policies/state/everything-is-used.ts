import type { Resource, StackDocument } from "../document.ts";
import { remembered } from "../facts/remembered.ts";
import { RUNS } from "../facts/services.ts";
import { textsIn } from "../facts/texts.ts";
import { definePolicy } from "../policy.ts";

const REFERENCE = /\b(docker_(?:network|volume|image))\.([\w-]+)/g;
const JUDGED = ["docker_network", "docker_volume", "docker_image"];

/**
 * What nothing uses is left from something that was renamed: a network that still leads out, a volume with old data.
 */
export const everythingIsUsed = definePolicy({
  id: "STA-007",
  severity: "low",
  title: "every network, volume and image is used by a container or a service",
  allowed: "a resource that something refers to, or that a container names",
  fix: "remove it, after a look at what the volume holds",
  source: "Terraform documentation, references to resource attributes",
  looksAt: JUDGED,
  check: (resource, stack) => {
    const { addresses, resources, names } = usedIn(stack);
    const { type, id, block } = resource;
    const isUsed = resources.has(resource) || names.has(block.name) || addresses.has(`${type}.${id}`);
    return isUsed ? [] : ["nothing refers to it"];
  },
});

/** What is used, by each of the ways to use it. */
interface Used {
  /** What a whole value refers to. */
  readonly resources: Set<Resource>;

  /** What a longer text refers to: `docker_network.data`. */
  readonly addresses: Set<string>;

  /** What a container or a service holds as a text. */
  readonly names: Set<unknown>;
}

const usedIn = remembered((stack: StackDocument): Used => {
  const used: Used = { resources: new Set(), addresses: new Set(), names: new Set() };
  const declared = new Set(stack.of(JUDGED).map(({ block }) => block.name));
  const runs: readonly string[] = RUNS;
  for (const resource of stack.resources) {
    const names = runs.includes(resource.type) ? declared : NO_NAMES;
    for (const text of textsIn(resource)) {
      if (names.has(text)) used.names.add(text);
      if (text.includes("docker_")) note(text, used, stack);
    }
  }
  return used;
});

const NO_NAMES: ReadonlySet<unknown> = new Set();

function note(text: string, { resources, addresses }: Used, stack: StackDocument): void {
  const target = stack.follow(text)?.resource;
  if (target !== undefined) resources.add(target);
  else for (const [, type, id] of text.matchAll(REFERENCE)) addresses.add(`${type}.${id}`);
}

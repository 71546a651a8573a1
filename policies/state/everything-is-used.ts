import type { Resource, StackDocument } from "../document.ts";
import { remembered } from "../facts/remembered.ts";
import { RUNS } from "../facts/services.ts";
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
  check: ({ type, id, block }, stack) => {
    const used = usedIn(stack);
    const isNamed = typeof block.name === "string" && used.has(block.name);
    return used.has(`${type}.${id}`) || isNamed ? [] : ["nothing refers to it"];
  },
});

/** Addresses that anything refers to, and those of the names that a container or a service holds as a text. */
const usedIn = remembered((stack: StackDocument): ReadonlySet<string> => {
  const names = new Set(stack.of(JUDGED).map(({ block }) => block.name));
  const used = new Set<string>();
  const runs: readonly string[] = RUNS;
  for (const resource of stack.resources)
    collect(resource, runs.includes(resource.type) ? names : NO_NAMES, used);
  return used;
});

const NO_NAMES: ReadonlySet<unknown> = new Set();

function collect({ block }: Resource, names: ReadonlySet<unknown>, used: Set<string>): void {
  eachText(block, (text) => {
    if (names.has(text)) used.add(text);
    if (!text.includes("docker_")) return;
    for (const [, type, id] of text.matchAll(REFERENCE)) used.add(`${type}.${id}`);
  });
}

/** What cdktf notes in `"//"` refers to nothing. */
function eachText(value: unknown, visit: (text: string) => void): void {
  if (typeof value === "string") visit(value);
  if (typeof value !== "object" || value === null) return;
  for (const key in value) if (key !== "//") eachText(value[key as keyof typeof value], visit);
}

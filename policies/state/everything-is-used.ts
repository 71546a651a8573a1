import type { Resource, StackDocument } from "../document.ts";
import { remembered } from "../facts/remembered.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

const REFERENCE = /\b(docker_\w+)\.([\w-]+)/g;
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

/** Addresses that anything refers to, and every text that a container or a service holds. */
const usedIn = remembered((stack: StackDocument): ReadonlySet<string> => {
  const used = new Set<string>();
  const runs: readonly string[] = RUNS;
  for (const resource of stack.resources) collect(resource, runs.includes(resource.type), used);
  return used;
});

function collect({ block }: Resource, withTexts: boolean, used: Set<string>): void {
  const open: unknown[] = [block];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value === "string") {
      if (withTexts && value.length < 256) used.add(value);
      if (value.includes("docker_"))
        for (const [, type, id] of value.matchAll(REFERENCE)) used.add(`${type}.${id}`);
    } else if (typeof value === "object" && value !== null) {
      for (const key in value) if (key !== "//") open.push(value[key as keyof typeof value]);
    }
  }
}

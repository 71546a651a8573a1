import type { Resource, StackDocument } from "../document.ts";
import { remembered } from "../facts/remembered.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { isBlock } from "../values.ts";

const REFERENCE = /\b(docker_(?:network|volume|image))\.([\w-]+)/g;
const JUDGED = ["docker_network", "docker_volume", "docker_image"];

export const everythingIsUsed = definePolicy({
  id: "STA-007",
  severity: "low",
  title: "every network, volume and image is used by a container or a service",
  why: "A resource that nothing uses is left from something that was renamed: a network that still leads out, a volume with old data.",
  avoid: `{"resource": {"docker_network": {"left": {
  "name": "left"
}}}}`,
  prefer: `{"resource": {
  "docker_network": {"web": {"name": "web"}},
  "docker_container": {"web": {"networks_advanced": [{"name": "\${docker_network.web.id}"}]}}
}}`,
  allowed: "a resource that something refers to, or that a container names",
  fix: "remove it, after a look at what the volume holds",
  source: "Terraform documentation, references to resource attributes",
  looksAt: JUDGED,
  check: (resource, stack) => (usedIn(stack).has(resource) ? [] : ["nothing refers to it"]),
});

/** Names that anything refers to, and those that a container or a service holds as a text. */
const usedIn = remembered((stack: StackDocument): ReadonlySet<Resource> => {
  const used = new Set<Resource>();
  const byName = namedIn(stack);
  const longest = Math.max(0, ...[...byName.keys()].map((name) => String(name).length));
  const runs: readonly string[] = RUNS;
  for (const { type, block } of stack.resources) {
    const namesCount = runs.includes(type);
    eachText(block, (text) => {
      // Most texts are scripts, paths and numbers, and all of them are looked at.
      if (namesCount && text.length <= longest)
        for (const resource of byName.get(text) ?? []) used.add(resource);
      if (text.includes("docker_")) for (const resource of referredTo(text, stack)) used.add(resource);
    });
  }
  return used;
});

function namedIn(stack: StackDocument): ReadonlyMap<unknown, readonly Resource[]> {
  const found = new Map<unknown, Resource[]>();
  for (const resource of stack.of(JUDGED)) {
    const alike = found.get(resource.block.name);
    if (alike === undefined) found.set(resource.block.name, [resource]);
    else alike.push(resource);
  }
  return found;
}

/** A whole value is followed at once; a longer text may refer to several. */
function referredTo(text: string, stack: StackDocument): readonly Resource[] {
  const whole = stack.follow(text)?.resource;
  if (whole !== undefined) return [whole];
  return [...text.matchAll(REFERENCE)].flatMap(
    ([, type, id]) => stack.follow(`\${${type}.${id}.id}`)?.resource ?? [],
  );
}

/** The notes of cdktf in `"//"` refer to nothing. */
function eachText(value: unknown, visit: (text: string) => void): void {
  if (typeof value === "string") visit(value);
  else if (Array.isArray(value)) for (const inner of value) eachText(inner, visit);
  else if (isBlock(value)) for (const key in value) if (key !== "//") eachText(value[key], visit);
}

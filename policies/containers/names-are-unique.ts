import type { Resource, StackDocument } from "../document.ts";
import { remembered } from "../facts/remembered.ts";
import { imageOf, isStateful } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { type Block, blocks, isKnown, must, show, texts } from "../values.ts";

export const namesAreUnique = definePolicy({
  id: "CTR-041",
  severity: "low",
  title: "a name, a hostname and an alias lead to one container",
  why: "Two containers of one name do not start together; behind one alias the engine answers with either, by chance. Replicas may share an alias: the same image, and no data of their own.",
  avoid: `services:
  one: {image: "nginx:1.27", container_name: web}
  two: {image: "httpd:2.4", container_name: web}`,
  prefer: `services:
  one: {image: "nginx:1.27", container_name: pages}
  two: {image: "httpd:2.4", container_name: files}`,
  allowed:
    "names and hostnames of their own; an alias of a network of its own, or shared by replicas of one image",
  fix: "rename one of them",
  source: "Docker documentation, networking: embedded DNS server",
  looksAt: ["docker_container"],
  check: (resource, stack) => [
    ...must(resource.block, "name", isKnown),
    ...must(resource.block, "hostname", isKnown),
    ...(clashesIn(stack).get(resource) ?? []),
  ],
});

/** One thing that a container is called. */
interface Called {
  readonly as: "name" | "hostname" | "alias";
  readonly name: string;

  /** Where it leads to one container: on the host, or on this network. */
  readonly scope: string;
}

const namesOf = ({ name, hostname }: Block): readonly Called[] => [
  ...(typeof name === "string" ? [{ as: "name", name, scope: "" } as const] : []),
  ...(typeof hostname === "string" ? [{ as: "hostname", name: hostname, scope: "" } as const] : []),
];

const aliasesOf = (block: Block): readonly Called[] =>
  blocks(block, "networks_advanced").flatMap((network) =>
    texts(network, "aliases").map((name) => ({ as: "alias", name, scope: String(network.name) }) as const),
  );

const clashesIn = remembered((stack: StackDocument): ReadonlyMap<Resource, readonly string[]> => {
  const owners = new Map<string, Resource>();
  const found = new Map<Resource, string[]>();
  for (const container of stack.of(["docker_container"])) {
    for (const { as, name, scope } of [...namesOf(container.block), ...aliasesOf(container.block)]) {
      const key = `${as} ${scope} ${name}`;
      const owner = owners.get(key) ?? container;
      owners.set(key, owner);
      if (owner === container || (as === "alias" && areReplicas(owner, container, stack))) continue;
      const clash = `${as} ${show(name)} is also that of ${owner.path}`;
      found.set(container, [...(found.get(container) ?? []), clash]);
    }
  }
  return found;
});

function areReplicas(one: Resource, other: Resource, stack: StackDocument): boolean {
  const image = imageOf(one, stack);
  return image !== undefined && image === imageOf(other, stack) && !isStateful(other, stack);
}

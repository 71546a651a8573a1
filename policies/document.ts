import { type Block, isBlock, show } from "./values.ts";

/** One resource of a stack. Modules and Terraform's settings are resources of type `module` and `terraform`. */
export interface Resource {
  readonly type: string;
  readonly id: string;

  /** Construct path as cdktf noted it; the Terraform address of what has no construct. */
  readonly path: string;

  /** The attributes as they stand in the JSON, blocks either as an object or as a list. */
  readonly block: Block;
}

/** What stands where a resource should. */
export interface Unreadable {
  readonly path: string;
  readonly evidence: string;
}

/** A reference that was followed: `${docker_network.Data.id}` is the attribute `id` of that network. */
export interface Target {
  readonly resource: Resource;
  readonly attribute: string;
}

const REFERENCE = /^\$\{\s*(\w+)\.([\w-]+)\.(\w+)\s*\}$/;

/** A synthesized stack, as the rules see it. */
export class StackDocument {
  readonly resources: readonly Resource[];
  readonly unreadable: readonly Unreadable[];
  readonly #byAddress: ReadonlyMap<string, Resource>;
  readonly #byType = new Map<string, Resource[]>();

  constructor(resources: readonly Resource[], unreadable: readonly Unreadable[]) {
    this.resources = resources;
    this.unreadable = unreadable;
    this.#byAddress = new Map(resources.map((resource) => [`${resource.type}.${resource.id}`, resource]));
    for (const resource of resources) {
      const alike = this.#byType.get(resource.type);
      if (alike === undefined) this.#byType.set(resource.type, [resource]);
      else alike.push(resource);
    }
  }

  /** Resources of the types; `*` stands for all. */
  of(types: readonly string[]): readonly Resource[] {
    return types.includes("*") ? this.resources : types.flatMap((type) => this.#byType.get(type) ?? []);
  }

  /** Follows a reference that is a whole value; undefined for anything else, also for a reference to nothing. */
  follow(value: unknown): Target | undefined {
    const [, type, id, attribute] = typeof value === "string" ? (REFERENCE.exec(value) ?? []) : [];
    const resource = this.#byAddress.get(`${type}.${id}`);
    return resource === undefined || attribute === undefined ? undefined : { resource, attribute };
  }
}

/** Reads a parsed `cdk.tf.json`. What cannot be read is kept as such: it is a finding, not an error. */
export function readDocument(json: unknown): StackDocument {
  if (!isBlock(json)) {
    return new StackDocument([], [{ path: "stack", evidence: `the file is ${show(json)}, not an object` }]);
  }
  const stack = metadata(json, "stackName") ?? "stack";
  const resources: Resource[] = [];
  const unreadable: Unreadable[] = [];
  const found = [
    ...labelled(json.resource ?? {}, 2),
    ...labelled(json.module ?? {}, 1, ["module"]),
    ...labelled(json.terraform ?? {}, 0, ["terraform", "settings"]),
  ];
  for (const { labels, value } of found) {
    const [type = "resource", id = ""] = labels;
    if (isBlock(value) && labels.length === 2) {
      resources.push({ type, id, path: pathOf(stack, labels, value), block: value });
    } else {
      unreadable.push({ path: [stack, ...labels].join("/"), evidence: `${show(value)} is not a resource` });
    }
  }
  return new StackDocument(resources, [...unreadable, ...resources.flatMap(hidden)]);
}

/** All that is below `depth` labels; Terraform takes a list at each level. What ends sooner has fewer labels. */
function labelled(value: unknown, depth: number, labels: readonly string[] = []): Labelled[] {
  if (Array.isArray(value)) return value.flatMap((part) => labelled(part, depth, labels));
  if (depth === 0 || !isBlock(value)) return [{ labels, value }];
  return Object.entries(value)
    .filter(([label]) => label !== "//")
    .flatMap(([label, inner]) => labelled(inner, depth - 1, [...labels, label]));
}

interface Labelled {
  readonly labels: readonly string[];
  readonly value: unknown;
}

function pathOf(stack: string, [type, id]: readonly string[], block: Block): string {
  if (type === "terraform") return stack;
  return metadata(block, "path") ?? `${stack}/${type}.${id}`;
}

function metadata(block: Block, name: string): string | undefined {
  const comment = block["//"];
  const value = isBlock(comment) && isBlock(comment.metadata) ? comment.metadata[name] : undefined;
  return typeof value === "string" ? value : undefined;
}

/** A `dynamic` block stands for blocks that only exist at apply, so no rule can see them. */
function hidden({ type, path, block }: Resource): Unreadable[] {
  if (!type.startsWith("docker_")) return [];
  return dynamics(block).map((value) => ({
    path,
    evidence: `dynamic ${isBlock(value) ? Object.keys(value).join(", ") : show(value)}: known only at apply`,
  }));
}

/** Without a list a level: most of the time of a first judgement would go there. */
function dynamics(value: unknown, found: unknown[] = []): readonly unknown[] {
  if (typeof value !== "object" || value === null) return found;
  for (const key in value) {
    const inner = value[key as keyof typeof value];
    if (key === "dynamic") found.push(inner);
    else if (typeof inner === "object") dynamics(inner, found);
  }
  return found;
}

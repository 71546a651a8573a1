import { readStackFacts } from "../../core/stack-facts.ts";
import { type Contents, type Resource, StackDocument, type Unreadable } from "../document.ts";
import { fileResources, type Surroundings } from "../files.ts";
import { type Block, isBlock, show } from "../values.ts";

/**
 * Reads a parsed `cdk.tf.json`, or any Terraform JSON. A part that cannot be read is kept as such: it is a finding, not
 * an error.
 *
 * @param surroundings the files that are judged with it
 * @throws UserError if the kit wrote it with facts of another version
 */
export function readTerraformJson(json: unknown, surroundings: Surroundings = {}): StackDocument {
  if (!isBlock(json)) {
    const unreadable = [{ path: "stack", evidence: `the file is ${show(json)}, not an object` }];
    return new StackDocument({ dialect: "terraform", resources: [], declarations: [], unreadable });
  }
  const stack = metadata(json, "stackName") ?? "stack";
  const facts = readStackFacts(json, stack);
  const read = readAll(stack, [
    ...labelled(json.resource ?? {}, 2),
    ...labelled(json.module ?? {}, 1, ["module"]),
    ...labelled(json.terraform ?? {}, 0, ["terraform", "settings"]),
  ]);
  const declared = readAll(stack, [
    ...labelled(json.data ?? {}, 2).map((entry) => prefixed("data", entry)),
    ...labelled(json.provider ?? {}, 1).map(providerLabels),
    ...labelled(json.variable ?? {}, 1, ["variable"]),
    ...labelled(json.output ?? {}, 1, ["output"]),
  ]);
  const whole: Resource = { type: "stack", id: "stack", path: stack, block: json };
  return new StackDocument({
    dialect: "terraform",
    resources: read.resources,
    declarations: [whole, ...declared.resources, ...fileResources(read.resources, surroundings)],
    unreadable: [...read.unreadable, ...declared.unreadable, ...read.resources.flatMap(hidden)],
    settings: facts === undefined ? comment(json).exploreiot : facts.policies,
    facts,
  });
}

interface Labelled {
  readonly labels: readonly string[];
  readonly value: unknown;
}

/** All that is below `depth` labels; Terraform takes a list at each level. A block that ends sooner has fewer labels. */
function labelled(value: unknown, depth: number, labels: readonly string[] = []): Labelled[] {
  if (Array.isArray(value)) return value.flatMap((part) => labelled(part, depth, labels));
  if (depth === 0 || !isBlock(value)) return [{ labels, value }];
  return Object.entries(value)
    .filter(([label]) => label !== "//")
    .flatMap(([label, inner]) => labelled(inner, depth - 1, [...labels, label]));
}

const prefixed = (prefix: string, { labels: [type, ...rest], value }: Labelled): Labelled => ({
  labels: [`${prefix}.${type}`, ...rest],
  value,
});

/** Several blocks of one provider differ by their alias. */
function providerLabels({ labels: [name = "provider"], value }: Labelled): Labelled {
  const alias = isBlock(value) && typeof value.alias === "string" ? value.alias : "default";
  return { labels: [`provider.${name}`, alias], value };
}

function readAll(stack: string, found: readonly Labelled[]): Pick<Contents, "resources" | "unreadable"> {
  const resources: Resource[] = [];
  const unreadable: Unreadable[] = [];
  for (const { labels, value } of found) {
    const [type = "resource", id = ""] = labels;
    if (isBlock(value) && labels.length === 2) {
      resources.push({ type, id, path: pathOf(stack, type, id, value), block: value });
    } else {
      unreadable.push({ path: [stack, ...labels].join("/"), evidence: `${show(value)} is not a resource` });
    }
  }
  return { resources, unreadable };
}

function pathOf(stack: string, type: string, id: string, block: Block): string {
  if (type === "terraform") return stack;
  return metadata(block, "path") ?? `${stack}/${type}.${id}`;
}

const comment = (block: Block): Block => (isBlock(block["//"]) ? block["//"] : {});

function metadata(block: Block, name: string): string | undefined {
  const { metadata } = comment(block);
  const value = isBlock(metadata) ? metadata[name] : undefined;
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
  if (Array.isArray(value)) for (const inner of value) dynamics(inner, found);
  else if (isBlock(value))
    for (const key in value) {
      if (key === "dynamic") found.push(value[key]);
      else dynamics(value[key], found);
    }
  return found;
}

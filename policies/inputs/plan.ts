import { type Resource, StackDocument, type Unreadable } from "../document.ts";
import { fileResources, type Surroundings } from "../files.ts";
import { type Block, isBlock, show } from "../values.ts";
import { configuredBlock, identifier, literalBlock } from "./plan-expressions.ts";

/** Whether parsed JSON is what `terraform show -json PLAN` prints. */
export const isPlan = (json: unknown): json is Block =>
  isBlock(json) && typeof json.format_version === "string" && isBlock(json.planned_values);

/** A resource of the plan together with what was written about it, and the module that it is in. */
interface Planned {
  readonly resource: Block;
  readonly written: Block | undefined;
  readonly module: string;
}

/**
 * Reads a plan into the shape of the JSON that it was made from: what was written stands, with the values that the
 * plan knows; references stay references, so that rules follow them; what nobody wrote is not set, although
 * the plan shows the provider's default for it.
 */
export function readPlan(plan: Block, surroundings: Surroundings = {}): StackDocument {
  const configuration = blockAt(plan, "configuration");
  const planned = blockAt(blockAt(plan, "planned_values"), "root_module");
  const variables = blockAt(plan, "variables");
  const found = modules(planned, blockAt(configuration, "root_module"), "");
  const resources: Resource[] = [];
  const unreadable: Unreadable[] = [];
  for (const { resource, written, module } of found) {
    const { type, address } = resource;
    if (typeof type !== "string" || typeof address !== "string" || !isBlock(resource.values)) {
      unreadable.push({ path: String(address ?? "plan"), evidence: `${show(resource)} is not a resource` });
      continue;
    }
    const block = configuredBlock(literalBlock(resource.values), written, { variables, module });
    const id = identifier(module, String(resource.name), resource.index);
    resources.push({ type: resource.mode === "data" ? `data.${type}` : type, id, path: address, block });
  }
  const managed = resources.filter(({ type }) => !type.startsWith("data."));
  return new StackDocument({
    dialect: "plan",
    resources: managed,
    declarations: [
      { type: "stack", id: "stack", path: "plan", block: plan },
      ...resources.filter(({ type }) => type.startsWith("data.")),
      ...providers(blockAt(configuration, "provider_config"), variables),
      ...outputs(blockAt(blockAt(configuration, "root_module"), "outputs")),
      ...changes(plan.resource_changes),
      ...fileResources(managed, surroundings),
    ],
    unreadable,
  });
}

const blockAt = (block: Block, name: string): Block => (isBlock(block[name]) ? block[name] : {});
const listAt = (block: Block, name: string): readonly Block[] => {
  const value = block[name];
  return Array.isArray(value) ? value.filter(isBlock) : [];
};

function modules(planned: Block, written: Block, module: string): Planned[] {
  const byAddress = new Map(
    listAt(written, "resources").map((entry) => [String(entry.address), entry] as const),
  );
  const own = listAt(planned, "resources").map((resource) => ({
    resource,
    written: byAddress.get(localAddress(resource)),
    module,
  }));
  const calls = blockAt(written, "module_calls");
  const inner = listAt(planned, "child_modules").flatMap((child) => {
    const [, name = ""] = /module\.([\w-]+)(?:\[[^\]]*\])?$/.exec(String(child.address)) ?? [];
    return modules(child, blockAt(blockAt(calls, name), "module"), `${String(child.address)}.`);
  });
  return [...own, ...inner];
}

const localAddress = ({ mode, type, name }: Block) =>
  `${mode === "data" ? "data." : ""}${String(type)}.${String(name)}`;

function providers(configured: Block, variables: Block): Resource[] {
  return Object.entries(configured).flatMap(([id, entry]) => {
    if (!isBlock(entry)) return [];
    const block = configuredBlock({}, { expressions: entry.expressions ?? {} }, { variables, module: "" });
    const version = entry.version_constraint;
    return [
      { type: `provider.${String(entry.name)}`, id, path: `provider.${id}`, block: { ...block, version } },
    ];
  });
}

const outputs = (configured: Block): Resource[] =>
  Object.entries(configured).flatMap(([id, entry]) => {
    if (!isBlock(entry)) return [];
    const { references } = blockAt(entry, "expression");
    const value = Array.isArray(references)
      ? references.map((name) => `\${${String(name)}}`).join("")
      : undefined;
    return [{ type: "output", id, path: `output.${id}`, block: { value, sensitive: entry.sensitive } }];
  });

/** The result of the plan, one declaration for each resource that it names. */
function changes(listed: unknown): Resource[] {
  return (Array.isArray(listed) ? listed.filter(isBlock) : []).map((entry) => {
    const change = blockAt(entry, "change");
    const address = String(entry.address);
    const block = {
      address,
      type: entry.type,
      actions: Array.isArray(change.actions) ? change.actions : [],
      before: change.before ?? undefined,
      after: change.after ?? undefined,
      afterUnknown: change.after_unknown ?? {},
      replacePaths: Array.isArray(change.replace_paths) ? change.replace_paths : [],
    };
    return { type: "plan/change", id: address, path: address, block };
  });
}

import type { Resource, StackDocument } from "../document.ts";
import { isStateful } from "../facts/services.ts";
import { holdsData } from "../facts/volumes.ts";
import { definePolicy } from "../policy.ts";
import { type Block, isBlock, show, texts } from "../values.ts";

export const dataIsNotLost = definePolicy({
  id: "STA-004",
  severity: "high",
  title: "no plan deletes or replaces what holds data, unless somebody has approved it",
  why: "A plan of a hundred lines hides the one that says that the database goes.",
  avoid: `{
  "format_version": "1.2", "planned_values": {},
  "resource_changes": [{
    "address": "docker_volume.data", "type": "docker_volume",
    "change": {"actions": ["delete"], "before": {"name": "data"}}
  }]
}`,
  prefer: `{
  "format_version": "1.2", "planned_values": {},
  "resource_changes": [{
    "address": "docker_volume.data", "type": "docker_volume",
    "change": {"actions": ["no-op"], "before": {"name": "data"}, "after": {"name": "data"}}
  }]
}`,
  allowed:
    "no delete and no replacement of a volume with data, or of a database that keeps its data inside itself",
  fix: "back up, then approve it: a waiver of this rule for the address, with the reason and a date",
  source: "Terraform documentation, JSON output format: actions and replace_paths",
  looksAt: ["plan/change"],
  where: ({ block }) => ["docker_volume", "docker_container", "docker_service"].includes(String(block.type)),
  check: (change, stack) => {
    const actions = texts(change.block, "actions");
    if (!actions.includes("delete") || !losesData(change, stack)) return [];
    const paths = Array.isArray(change.block.replacePaths) ? change.block.replacePaths : [];
    const why = paths.length === 0 ? "" : ` because of ${show(paths)}`;
    return [`the plan will ${actions.join(" and ")} it${why}`];
  },
});

function losesData({ block }: Resource, stack: StackDocument): boolean {
  const type = String(block.type);
  const declared = declaredAt(String(block.address), type, stack);
  if (type === "docker_volume") return declared === undefined || holdsData(declared, stack);
  const before = isBlock(block.before) ? block.before : {};
  const old: Resource = { type, id: "", path: "", block: before };
  return (isStateful(declared ?? old, stack) || isStateful(old, stack)) && !hasVolumes(before);
}

/** The resource as the stack has it; undefined for one that only the state knows. */
const declaredAt = (address: string, type: string, stack: StackDocument) =>
  stack.of([type]).find((resource) => address === `${type}.${resource.id}` || address === resource.path);

const hasVolumes = (state: Block): boolean =>
  ["volumes", "mounts", "task_spec"].some((name) => JSON.stringify(state[name] ?? []).includes('"volume'));

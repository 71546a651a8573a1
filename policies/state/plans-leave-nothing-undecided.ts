import type { StackDocument } from "../document.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { isBlock, isKnown } from "../values.ts";

export const plansLeaveNothingUndecided = definePolicy({
  id: "STA-008",
  severity: "medium",
  title: "a plan knows what its containers are given",
  why: "A value that is known only at apply was judged by nobody: the plan is approved, and something else is made.",
  avoid: `{
  "format_version": "1.2",
  "planned_values": {"root_module": {"resources": [{
    "address": "docker_container.web", "mode": "managed", "type": "docker_container", "name": "web",
    "values": {"name": "web"}
  }]}},
  "configuration": {"root_module": {"resources": [{
    "address": "docker_container.web", "expressions": {"env": {"references": ["random_id.level.hex"]}}
  }]}},
  "resource_changes": [{
    "address": "docker_container.web", "type": "docker_container",
    "change": {"actions": ["create"], "after": {"name": "web"}, "after_unknown": {"env": true}}
  }]
}`,
  prefer: `{
  "format_version": "1.2",
  "planned_values": {"root_module": {"resources": [{
    "address": "docker_container.web", "mode": "managed", "type": "docker_container", "name": "web",
    "values": {"name": "web", "env": ["LEVEL=info"]}
  }]}},
  "configuration": {"root_module": {"resources": [{
    "address": "docker_container.web", "expressions": {"env": {"constant_value": ["LEVEL=info"]}}
  }]}},
  "resource_changes": [{
    "address": "docker_container.web", "type": "docker_container",
    "change": {"actions": ["create"], "after": {"name": "web", "env": ["LEVEL=info"]}, "after_unknown": {"id": true}}
  }]
}`,
  allowed: "values that stand in the plan, or refer to a resource of the stack",
  fix: "give the value as a variable, or let the program find it out when it runs",
  source: "cdk-nag: what cannot be resolved is reported, never passed",
  looksAt: ["plan/change"],
  where: ({ block }) => (RUNS as readonly string[]).includes(String(block.type)) && makes(block.actions),
  check: ({ block }, stack) => {
    const unknown = isBlock(block.afterUnknown) ? block.afterUnknown : {};
    const [, id] = /^[\w-]+\.([\w-]+)/.exec(String(block.address)) ?? [];
    const declared = stack.of([String(block.type)]).find((resource) => resource.id === id);
    if (declared === undefined) return ["it is not in the stack, so what is unknown of it cannot be told"];
    return Object.entries(unknown)
      .filter(([name, is]) => isUnknown(is) && isUndecided(declared.block[name], stack))
      .map(([name]) => `${name} is known only at apply`);
  },
});

const makes = (actions: unknown) =>
  Array.isArray(actions) && actions.some((action) => ["create", "update"].includes(action));

/** `true`, or a block or list with `true` somewhere in it. */
const isUnknown = (value: unknown): boolean =>
  value === true || (typeof value === "object" && value !== null && Object.values(value).some(isUnknown));

/** The provider fills in values that nobody stated; a reference to another resource is judged there. */
function isUndecided(value: unknown, stack: StackDocument): boolean {
  if (typeof value === "string") return !isKnown(value) && stack.follow(value) === undefined;
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).some((inner) => isUndecided(inner, stack))
  );
}

import type { Resource, StackDocument } from "./document.ts";
import { remembered } from "./facts/remembered.ts";
import type { Condition, Policy } from "./policy.ts";

/** The resources that a policy looks at in a stack. */
export interface Judged {
  readonly resources: readonly Resource[];

  /** Why it cannot be said of some of them: a condition that throws leaves a resource unjudged, not out. */
  readonly problems: ReadonlyMap<Resource, unknown>;
}

/** The resources of its types on which its condition holds. Policies with one condition share the answer. */
export function judgedBy({ looksAt, where }: Policy, stack: StackDocument): Judged {
  const resources = stack.of(looksAt);
  if (where === undefined) return { resources, problems: NO_PROBLEMS };
  const selections = selectionsOf(where, stack);
  const known = selections.get(resources) ?? select(resources, where, stack);
  selections.set(resources, known);
  return known;
}

const NO_PROBLEMS: ReadonlyMap<Resource, unknown> = new Map();

function selectionsOf(where: Condition, stack: StackDocument): Map<readonly Resource[], Judged> {
  const all = selectionsIn(stack);
  const known = all.get(where) ?? new Map<readonly Resource[], Judged>();
  all.set(where, known);
  return known;
}

const selectionsIn = remembered((_: StackDocument) => new Map<Condition, Map<readonly Resource[], Judged>>());

function select(resources: readonly Resource[], where: Condition, stack: StackDocument): Judged {
  const selected: Resource[] = [];
  const problems = new Map<Resource, unknown>();
  for (const resource of resources) {
    try {
      if (where(resource, stack)) selected.push(resource);
    } catch (error) {
      selected.push(resource);
      problems.set(resource, error);
    }
  }
  return { resources: selected, problems };
}

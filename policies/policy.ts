import { type Resource, readDocument, type StackDocument, type Unreadable } from "./document.ts";

/** One rule: a claim about resources of one kind, and how to see that one breaks it. */
export interface Policy {
  /** Stable: reports and waivers name it. */
  readonly id: string;

  /** The claim, as a sentence without a full stop. */
  readonly title: string;

  /** What would satisfy it. */
  readonly allowed: string;

  /** What to do about a finding. */
  readonly fix: string;

  /** Types of the resources it judges; `*` judges all. */
  readonly looksAt: readonly string[];

  /** Which of them. @default - all of those types */
  readonly where?: (resource: Resource, stack: StackDocument) => boolean;

  /** One evidence, with the value found, for each way in which the resource breaks the claim. */
  readonly check: (resource: Resource, stack: StackDocument) => readonly string[];
}

export interface Finding {
  /** Id of the policy. */
  readonly policy: string;

  /** Construct path of the resource. */
  readonly path: string;

  readonly evidence: string;
  readonly allowed: string;
  readonly fix: string;
}

/** What one policy saw in one stack. A policy that examined nothing has proved nothing. */
export interface PolicyReport {
  readonly policy: Policy;
  readonly examined: number;
  readonly findings: readonly Finding[];
}

export const definePolicy = (policy: Policy): Policy => policy;

/** Holds for every input, whatever the policies are: what cannot be read cannot be judged. */
export const stackCanBeRead = definePolicy({
  id: "INP-001",
  title: "every resource of the stack can be read",
  allowed: "resources as objects, and blocks that are written out",
  fix: "declare the resource with its construct; write dynamic blocks out one by one",
  looksAt: ["*"],
  check: () => [],
});

/**
 * Judges a parsed `cdk.tf.json`. It fails closed: a rule that throws and a resource that cannot be read are
 * findings.
 *
 * @returns a report for `stackCanBeRead`, then one for each policy, in order
 */
export function evaluate(json: unknown, policies: readonly Policy[]): readonly PolicyReport[] {
  const stack = readDocument(json);
  return [readability(stack), ...policies.map((policy) => reportOf(policy, stack))];
}

function readability({ resources, unreadable }: StackDocument): PolicyReport {
  const readable = new Set(resources.map(({ path }) => path));
  return {
    policy: stackCanBeRead,
    examined: resources.length + unreadable.filter(({ path }) => !readable.has(path)).length,
    findings: unreadable.map((entry) => finding(stackCanBeRead, entry)),
  };
}

function reportOf(policy: Policy, stack: StackDocument): PolicyReport {
  const judged = stack.of(policy.looksAt).flatMap((resource) => judge(policy, resource, stack));
  return { policy, examined: judged.length, findings: judged.flat() };
}

/** The findings on one resource; an outer empty list if the policy does not apply to it. */
function judge(policy: Policy, resource: Resource, stack: StackDocument): readonly (readonly Finding[])[] {
  const { path } = resource;
  try {
    if (policy.where !== undefined && !policy.where(resource, stack)) return [];
    return [policy.check(resource, stack).map((evidence) => finding(policy, { path, evidence }))];
  } catch (error) {
    const evidence = error instanceof Error ? error.message : String(error);
    return [[finding(policy, { path, evidence: `cannot be judged: ${evidence}` })]];
  }
}

const finding = ({ id, allowed, fix }: Policy, { path, evidence }: Unreadable): Finding => ({
  policy: id,
  path,
  evidence,
  allowed,
  fix,
});

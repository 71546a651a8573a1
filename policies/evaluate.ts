import type { Resource, StackDocument } from "./document.ts";
import { definePolicy, type Finding, finding, type Policy } from "./policy.ts";
import { readWaivers, type WaivedFinding, type Waivers, waiverPolicies } from "./waivers.ts";

/** What one policy saw in one stack. A policy that examined nothing has proved nothing. */
export interface PolicyReport {
  readonly policy: Policy;

  /** Whether its findings stop anything in this stack's environment. */
  readonly enforced: boolean;
  readonly examined: number;

  /** What stops: enforced and not waived. */
  readonly findings: readonly Finding[];

  /** What would stop in an environment that enforces the policy. */
  readonly relaxed: readonly Finding[];
  readonly waived: readonly WaivedFinding[];

  /** Where nobody can enforce the claim, and why. */
  readonly notEnforceable: readonly NotEnforceable[];
}

export interface NotEnforceable {
  readonly path: string;
  readonly reason: string;
}

/** Holds for every input, whatever the policies are: what cannot be read cannot be judged. */
export const stackCanBeRead = definePolicy({
  id: "INP-001",
  severity: "critical",
  title: "every resource of the stack can be read",
  allowed: "resources as objects, and blocks that are written out",
  fix: "declare the resource with its construct; write dynamic blocks out one by one",
  source: "a rule that cannot read its input proves nothing",
  looksAt: ["*"],
  check: () => [],
});

/** Rules that hold whatever the list of policies is. */
export const builtIn: readonly Policy[] = [stackCanBeRead, ...waiverPolicies];

/**
 * Judges a stack. It fails closed: a rule that throws and a resource that cannot be read are findings.
 *
 * @param today the day that waivers are compared with, `YYYY-MM-DD`
 * @returns a report for each of `builtIn`, then one for each policy, in order
 */
export function evaluate(
  stack: StackDocument,
  policies: readonly Policy[],
  today = new Date().toISOString().slice(0, 10),
): readonly PolicyReport[] {
  const waivers = readWaivers(stack, today);
  const reports = policies.map((policy) => reportOf(policy, stack, waivers));
  const known = new Set(policies.map(({ id }) => id));
  return [readability(stack), ...waiverReports(waivers, known), ...reports];
}

function readability({ resources, unreadable }: StackDocument): PolicyReport {
  const readable = new Set(resources.map(({ path }) => path));
  return report(stackCanBeRead, {
    examined: resources.length + unreadable.filter(({ path }) => !readable.has(path)).length,
    findings: unreadable.map(({ path, evidence }) => finding(stackCanBeRead, path, evidence)),
  });
}

const waiverReports = (waivers: Waivers, known: ReadonlySet<string>): readonly PolicyReport[] =>
  waiverPolicies.map((policy) =>
    report(policy, { examined: waivers.count, findings: waivers.findings(policy, known) }),
  );

const report = (policy: Policy, seen: Pick<PolicyReport, "examined" | "findings">): PolicyReport => ({
  policy,
  enforced: true,
  relaxed: [],
  waived: [],
  notEnforceable: [],
  ...seen,
});

function reportOf(policy: Policy, stack: StackDocument, waivers: Waivers): PolicyReport {
  const enforced = policy.enforcedIn?.includes(stack.environment) ?? true;
  const judged = applies(policy, stack)
    ? stack.of(policy.looksAt).flatMap((resource) => judge(policy, resource, stack))
    : [];
  const found = judged.flatMap(({ findings }) => findings);
  const { open, waived } = enforced ? waivers.apply(found) : { open: [], waived: [] };
  return {
    policy,
    enforced,
    examined: judged.length,
    findings: open,
    relaxed: enforced ? [] : found,
    waived,
    notEnforceable: judged.flatMap(({ notEnforceable }) => notEnforceable),
  };
}

function applies({ dialect: wanted }: Policy, { dialect }: StackDocument): boolean {
  if (wanted === "source") return dialect === "terraform";
  return wanted === undefined || dialect !== "compose";
}

type Judged = Pick<PolicyReport, "findings" | "notEnforceable">;

/** What is found on one resource; nothing if the policy does not apply to it. */
function judge(policy: Policy, resource: Resource, stack: StackDocument): readonly Judged[] {
  const { path } = resource;
  try {
    if (policy.where !== undefined && !policy.where(resource, stack)) return [];
    const evidence = policy.check(resource, stack);
    return [
      {
        findings: evidence.flatMap((entry) =>
          typeof entry === "string" ? [finding(policy, path, entry)] : [],
        ),
        notEnforceable: evidence.flatMap((entry) =>
          typeof entry === "string" ? [] : [{ path, reason: entry.notEnforceable }],
        ),
      },
    ];
  } catch (error) {
    const evidence = error instanceof Error ? error.message : String(error);
    return [{ findings: [finding(policy, path, `cannot be judged: ${evidence}`)], notEnforceable: [] }];
  }
}

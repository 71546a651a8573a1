import { SEVERITIES } from "../site/policy-settings.ts";
import { dayOf } from "./day.ts";
import type { StackDocument } from "./document.ts";
import type { Evidence } from "./evidence.ts";
import { isOfTheKit } from "./facts/kit.ts";
import { TextIsAwaited, TextIsUnknown } from "./facts/parsed-files.ts";
import { aboutInput, everythingIsUnderstood, stackCanBeRead } from "./input-rules.ts";
import { type Judged, judgedBy } from "./judged-by.ts";
import { finding, inLanguage, languageOf } from "./language.ts";
import type { Finding, Policy } from "./policy.ts";
import { waiverPolicies } from "./waiver-rules.ts";
import { readWaivers, type WaivedFinding, type Waivers } from "./waivers.ts";

/** The report of one policy on one stack. A policy that examined nothing has proved nothing. */
export interface PolicyReport {
  readonly policy: Policy;

  /** Whether its findings stop anything in this stack's environment. */
  readonly enforced: boolean;
  readonly examined: number;

  /** Findings that stop: enforced and not waived. */
  readonly findings: readonly Finding[];

  /** Findings in a baseline: found before, and accepted for now. */
  readonly known: readonly Finding[];

  /** Findings that would stop in an environment that enforces the policy. */
  readonly relaxed: readonly Finding[];
  readonly waived: readonly WaivedFinding[];

  /** Where nobody can enforce the claim, and why. */
  readonly notEnforceable: readonly NotEnforceable[];
}

export interface NotEnforceable {
  readonly path: string;
  readonly reason: string;
}

/** Rules that hold for every list of policies. */
export const builtIn: readonly Policy[] = [...aboutInput, ...waiverPolicies];

/**
 * Judges a stack. It fails closed: a rule that throws and a resource that cannot be read are findings.
 *
 * @param today the day that waivers are compared with, `YYYY-MM-DD`
 * @param excuses which rules waivers may name, and waivers that stand outside the stack
 * @returns a report for each of `builtIn`, then one for each policy, in order
 */
export function evaluate(
  stack: StackDocument,
  policies: readonly Policy[],
  today = dayOf(new Date()),
  { known = policies, beyond }: Excuses = {},
): readonly PolicyReport[] {
  const waivers = readWaivers(stack, known, today, beyond);
  const reports = policies.map((policy) => reportOf(policy, stack, waivers));
  const looked = new Set(reports.filter(({ examined }) => examined > 0).map(({ policy }) => policy.id));
  return [readability(stack), understanding(stack), ...waiverReports(waivers, looked), ...reports];
}

/** Other facts that count when findings are excused. */
export interface Excuses {
  /** Rules that exist, though others may judge. @default - those that judge */
  readonly known?: readonly Policy[];

  /** Waivers for this stack and others. */
  readonly beyond?: Waivers | undefined;
}

function readability(stack: StackDocument): PolicyReport {
  const { resources, unreadable } = stack;
  const readable = new Set(resources.map(({ path }) => path));
  return report(stackCanBeRead, {
    examined: resources.length + unreadable.filter(({ path }) => !readable.has(path)).length,
    findings: unreadable.map(({ path, evidence }) =>
      finding(stackCanBeRead, path, evidence, languageOf(stack)),
    ),
  });
}

function understanding(stack: StackDocument): PolicyReport {
  const { dialect, resources, notUnderstood } = stack;
  return report(everythingIsUnderstood, {
    examined: dialect === "compose" ? resources.length + notUnderstood.length : 0,
    findings: notUnderstood.map(({ path, evidence }) =>
      finding(everythingIsUnderstood, path, evidence, languageOf(stack)),
    ),
  });
}

const waiverReports = (waivers: Waivers, looked: ReadonlySet<string>): readonly PolicyReport[] =>
  waiverPolicies.map((policy) =>
    report(policy, { examined: waivers.count, findings: waivers.findings(policy, looked) }),
  );

const report = (policy: Policy, seen: Pick<PolicyReport, "examined" | "findings">): PolicyReport => ({
  policy,
  enforced: true,
  known: [],
  relaxed: [],
  waived: [],
  notEnforceable: [],
  ...seen,
});

/** The view of one policy, before waivers: nothing of it is made again for a resource on which nothing is found. */
interface Seen {
  readonly examined: number;
  readonly found: Finding[];
  readonly notEnforceable: NotEnforceable[];
}

function reportOf(policy: Policy, stack: StackDocument, waivers: Waivers): PolicyReport {
  const enforced = policy.enforcedIn?.includes(stack.environment) ?? true;
  const { examined, found, notEnforceable } = seenBy(policy, stack);
  const { open, waived } = enforced ? waivers.apply(found) : { open: [], waived: [] };
  const relaxed = enforced ? [] : found;
  return { policy, enforced, examined, findings: open, known: [], relaxed, waived, notEnforceable };
}

function seenBy(policy: Policy, stack: StackDocument): Seen {
  const language = languageOf(stack);
  const found: Finding[] = [];
  const notEnforceable: NotEnforceable[] = [];
  const { resources, problems } = applies(policy, stack) ? judgedBy(policy, stack) : NOTHING;
  for (const resource of resources) {
    const { path } = resource;
    try {
      if (problems.has(resource)) throw problems.get(resource);
      // Ports of one range are told by the range: the same thing once.
      for (const evidence of distinct(policy.check(resource, stack))) {
        if (typeof evidence !== "string" && "notEnforceable" in evidence) note(path, evidence.notEnforceable);
        else if (typeof evidence !== "string" && "unknown" in evidence) unknown(path, evidence.unknown);
        else found.push(finding(policy, path, evidence, language));
      }
    } catch (error) {
      const reason = reasonOf(error);
      if (error instanceof TextIsAwaited) note(path, reason);
      else if (error instanceof TextIsUnknown) unknown(path, reason, `cannot be judged: ${reason}`);
      else found.push(finding(policy, path, `cannot be judged: ${reason}`, language));
    }
  }
  return { examined: resources.length, found: weighed(found, policy, stack), notEnforceable };

  function note(path: string, reason: string): void {
    notEnforceable.push({ path, reason: inLanguage(reason, language) });
  }

  /**
   * What Terraform makes of a stack nobody looks at after this, and what the kit rendered has all at hand; the compose
   * files of others are filled where they are started.
   */
  function unknown(path: string, reason: string, evidence = reason): void {
    if (language === "compose" && !isOfTheKit(stack)) note(path, `cannot be known here: ${reason}`);
    else found.push(finding(policy, path, evidence, language));
  }
}

/** In a stack of others what a rule finds may weigh less than in one of the kit. */
function weighed(found: Finding[], { elsewhere }: Policy, stack: StackDocument): Finding[] {
  if (elsewhere === undefined || found.length === 0 || isOfTheKit(stack)) return found;
  const most = SEVERITIES.indexOf(elsewhere);
  return found.map((one) =>
    SEVERITIES.indexOf(one.severity) < most ? { ...one, severity: elsewhere } : one,
  );
}

const NOTHING: Judged = { resources: [], problems: new Map() };

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function applies({ dialect: wanted }: Policy, { dialect }: StackDocument): boolean {
  if (wanted === "source") return dialect === "terraform";
  return wanted === undefined || dialect !== "compose";
}

/** Each once, in their order. */
const distinct = (found: readonly Evidence[]): Iterable<Evidence> =>
  // Most rules find nothing on most resources: nothing is made for that.
  found.length < 2 ? found : new Map(found.map((evidence) => [JSON.stringify(evidence), evidence])).values();

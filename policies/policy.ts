import type { Severity } from "../site/policy-settings.ts";
import type { Environment, Resource, StackDocument } from "./document.ts";

/**
 * One way in which a resource breaks a claim, with the value found (never a secret's); or why nobody can enforce
 * the claim on this resource, which is said and is no pass.
 */
export type Evidence = string | { readonly notEnforceable: string };

/** One rule: a claim about resources of one kind, and how to see that one breaks it. */
export interface Policy {
  /** Stable: reports and waivers name it. */
  readonly id: string;

  /** Ids that it had: waivers, `policy explain` and tests may still name it by them. No rule is given one again. */
  readonly formerly?: readonly string[];

  readonly severity: Severity;

  /** The claim, as a sentence without a full stop. */
  readonly title: string;

  /** What would satisfy it. */
  readonly allowed: string;

  /** What to do about a finding. */
  readonly fix: string;

  /** Where the fact comes from: a benchmark with its version, a manual, a provider rule of docs/architecture.md. */
  readonly source: string;

  /** Types of the resources it judges; `*` judges every resource. See `document.ts` for what else has a type. */
  readonly looksAt: readonly string[];

  /** Which of them. @default - all of those types */
  readonly where?: Condition;

  /** Where it stops anything; elsewhere what it finds is listed as relaxed. @default - everywhere */
  readonly enforcedIn?: readonly Environment[];

  /**
   * Where it makes sense: `terraform` in whatever Terraform reads or plans, `source` in its JSON alone, since plans
   * show no lifecycle, backend or variables. @default - everywhere
   */
  readonly dialect?: "terraform" | "source";

  /** Each way in which the resource breaks the claim. */
  readonly check: (resource: Resource, stack: StackDocument) => readonly Evidence[];
}

/** Something that holds of a resource or not. */
export type Condition = (resource: Resource, stack: StackDocument) => boolean;

export const definePolicy = (policy: Policy): Policy => policy;

/** Whether a rule is meant by an id that it has or had. */
export const isCalled = ({ id, formerly }: Policy, name: string): boolean =>
  id === name || formerly?.includes(name) === true;

export interface Finding {
  /** Id of the policy. */
  readonly policy: string;

  /** Construct path of the resource, or where else it stands. */
  readonly path: string;

  readonly evidence: string;
  readonly allowed: string;
  readonly fix: string;
}

export const finding = ({ id, allowed, fix }: Policy, path: string, evidence: string): Finding => ({
  policy: id,
  path,
  evidence,
  allowed,
  fix,
});

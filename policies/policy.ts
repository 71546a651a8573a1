import type { Severity } from "../site/policy-settings.ts";
import type { Environment, Resource, StackDocument } from "./document.ts";
import type { Evidence } from "./evidence.ts";

export type { Evidence } from "./evidence.ts";

/** One rule: a claim about resources of one kind, and how to see that one breaks it. */
export interface Policy {
  /** Stable: reports and waivers name it. */
  readonly id: string;

  /** Ids that it had: waivers, `policy explain` and tests may still name it by them. No rule is given one again. */
  readonly formerly?: readonly string[];

  readonly severity: Severity;

  /**
   * The highest weight of its findings in a stack that the kit did not make, where the same may be done by a program
   * of which nothing is known here. @default - the same
   */
  readonly elsewhere?: Severity;

  /** The claim, as a sentence without a full stop. */
  readonly title: string;

  /** The harm to anyone who breaks it: whole sentences, for somebody who has not heard of it. */
  readonly why: string;

  /**
   * Examples that break it, as they stand in a file: keys of one service of a compose file, a whole compose file, Terraform's JSON, or
   * a file whose name stands behind `# ` in the first line. Behind `$ ` it is what a machine shows, where no file does.
   */
  readonly avoid: string;

  /** The same, put right. */
  readonly prefer: string;

  /** The values that satisfy it, in the keys of Terraform's provider. */
  readonly allowed: string;

  /** The remedy for a finding, in the same keys. */
  readonly fix: string;

  /** The allowed values and the remedy where the provider's keys, or their names in Compose, would not do. */
  readonly words?: { readonly compose?: Partial<Words>; readonly site?: Partial<Words> };

  /** Where the fact comes from: a benchmark with its version, a manual, a provider rule of docs/architecture.md. */
  readonly source: string;

  /** Types of the resources it judges; `*` judges every resource. See `document.ts` for what else has a type. */
  readonly looksAt: readonly string[];

  /** Which of them. @default - all of those types */
  readonly where?: Condition;

  /** Where it stops anything; elsewhere what it finds is listed as relaxed. @default - everywhere */
  readonly enforcedIn?: readonly Environment[];

  /**
   * Where it makes sense: `terraform` in everything that Terraform reads or plans, `source` in its JSON alone, since plans
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

/** The text of a finding next to its evidence. */
export interface Words {
  readonly allowed: string;
  readonly fix: string;
}

export interface Finding extends Words {
  /** Id of the policy. */
  readonly policy: string;

  /** That of the policy, or what this evidence weighs. */
  readonly severity: Severity;

  /** Construct path of the resource, or where else it stands. */
  readonly path: string;

  readonly evidence: string;
}

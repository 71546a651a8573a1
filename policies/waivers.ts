import { type Waiver, waiver } from "../site/policy-settings.ts";
import type { Commented, StackDocument } from "./document.ts";
import { finding } from "./language.ts";
import { type Finding, isCalled, type Policy } from "./policy.ts";
import { type Block, isBlock, show } from "./values.ts";
import { waiversAreCurrent, waiversAreUsed } from "./waiver-rules.ts";

/** A finding that a waiver accepts, and why. */
export interface WaivedFinding extends Finding {
  readonly reason: string;
  readonly expires: string;

  /** Id by which the waiver names the rule, where it is a former one. */
  readonly calledBy?: string;
}

/** A waiver that is whole, with the rule's id of today. */
interface Excuse extends Waiver {
  /** As it stands in the waiver. */
  readonly calledBy: string;

  /** Whether there is such a rule. */
  readonly isKnown: boolean;
}

function resolved(found: Waiver, policies: readonly Policy[]): Excuse {
  const meant = policies.find((policy) => isCalled(policy, found.rule));
  return { ...found, rule: meant?.id ?? found.rule, calledBy: found.rule, isKnown: meant !== undefined };
}

/** The waivers of one stack. `apply` has to have seen every finding before `findings` is asked what was unused. */
export class Waivers {
  readonly #sound: readonly Excuse[];
  readonly #unsound: readonly { readonly path: string; readonly evidence: string }[];
  readonly #today: string;
  readonly #beyond: Waivers | undefined;
  readonly #used = new Set<Excuse>();

  /** @param beyond waivers for this stack and others, which excuse what these do not */
  constructor(written: readonly Commented[], policies: readonly Policy[], today: string, beyond?: Waivers) {
    const parsed = written.map(({ path, value }) => ({ path, value, result: waiver.safeParse(value) }));
    this.#sound = parsed.flatMap(({ result }) => (result.success ? [resolved(result.data, policies)] : []));
    this.#unsound = parsed.flatMap(({ path, value, result }) =>
      result.success
        ? []
        : [{ path, evidence: `${show(value)}: ${result.error.issues.map(wording).join("; ")}` }],
    );
    this.#today = today;
    this.#beyond = beyond;
  }

  get count(): number {
    return this.#sound.length + this.#unsound.length;
  }

  /** Divides findings into those that stand and those that a current waiver for this rule and place accepts. */
  apply(findings: readonly Finding[]): { open: readonly Finding[]; waived: readonly WaivedFinding[] } {
    const open: Finding[] = [];
    const waived: WaivedFinding[] = [];
    for (const found of findings) {
      const excuse = this.#sound.find(({ rule, at }) => rule === found.policy && isAt(found.path, at));
      if (excuse !== undefined) this.#used.add(excuse);
      if (excuse === undefined || this.#hasExpired(excuse)) open.push(found);
      else waived.push({ ...found, ...termsOf(excuse) });
    }
    if (this.#beyond === undefined) return { open, waived };
    const rest = this.#beyond.apply(open);
    return { open: rest.open, waived: [...waived, ...rest.waived] };
  }

  /**
   * The findings of one of the rules about waivers.
   *
   * @param looked ids of the rules that looked at something: one that has nothing to do with this input says nothing of it
   */
  findings(policy: Policy, looked: ReadonlySet<string>): readonly Finding[] {
    const say = ({ at }: Waiver, evidence: string) => finding(policy, at, evidence, "site");
    if (policy === waiversAreCurrent)
      return this.#sound
        .filter((entry) => this.#hasExpired(entry))
        .map((entry) => say(entry, `the waiver of ${nameOf(entry)} expired on ${entry.expires}`));
    if (policy === waiversAreUsed)
      return this.#sound
        .filter((entry) => entry.isKnown && looked.has(entry.rule) && !this.#used.has(entry))
        .map((entry) => say(entry, `the waiver of ${nameOf(entry)} excuses nothing`));
    return [
      ...this.#unsound.map(({ path, evidence }) => finding(policy, path, evidence, "site")),
      ...this.#sound
        .filter(({ isKnown }) => !isKnown)
        .map((entry) => say(entry, `${entry.rule} is not a rule`)),
    ];
  }

  #hasExpired({ expires }: Waiver): boolean {
    return expires < this.#today;
  }
}

/**
 * Whether a place is the one that a waiver names, or a file that is given to what stands there; `*` in it stands for any part
 * of a place.
 */
function isAt(path: string, at: string): boolean {
  if (!at.includes("*")) return path === at || path.startsWith(`${at}:`);
  const parts = at.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(path);
}

const termsOf = ({ rule, calledBy, reason, expires }: Excuse): Omit<WaivedFinding, keyof Finding> => ({
  reason,
  expires,
  ...(calledBy === rule ? {} : { calledBy }),
});

const nameOf = ({ rule, calledBy }: Excuse): string =>
  calledBy === rule ? rule : `${calledBy}, which is ${rule} now,`;

const wording = ({ path, message }: { readonly path: readonly PropertyKey[]; readonly message: string }) =>
  `${path.join(".") || "waiver"}: ${message}`;

/**
 * The waivers that stand in a stack: those of the deployment in its settings, those on resources, in `"//"`, and those in
 * comments. A waiver on a resource says no place: it holds for that resource and for no other.
 */
export function readWaivers(
  stack: StackDocument,
  policies: readonly Policy[],
  today: string,
  beyond?: Waivers,
): Waivers {
  const { settings } = stack;
  const [root] = stack.of(["stack"]);
  const ofDeployment = listed(isBlock(settings) ? settings.waivers : undefined);
  const onResources = stack.resources.flatMap(({ path, block }) =>
    listed(comment(block).waivers).map((value) => ({
      path,
      value: isBlock(value) ? { ...value, at: value.at ?? path } : value,
    })),
  );
  return new Waivers(
    [
      ...ofDeployment.map((value) => ({ path: root?.path ?? "stack", value })),
      ...onResources,
      ...stack.commented,
    ],
    policies,
    today,
    beyond,
  );
}

const comment = (block: Block): Block => (isBlock(block["//"]) ? block["//"] : {});
const listed = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

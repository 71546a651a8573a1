import type { Policy } from "../../policies/policy.ts";
import { FIREWALL } from "./firewall-file.ts";
import { judges } from "./judging.ts";

/** A change of FIREWALL, each text replaced by another wherever it stands. */
type Change = Readonly<Record<string, string>>;

export function changed(changes: Change): string {
  return Object.entries(changes).reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the fixture has no ${from}`);
    return text.replaceAll(from, to);
  }, FIREWALL);
}

/** Tests of a policy on firewall rules: FIREWALL is right, and so is each change of `also`. */
export function judgesFirewalls(
  policy: Policy,
  id: string,
  rejects: readonly {
    readonly name: string;
    readonly change: Change;
    readonly evidence: readonly string[];
  }[],
  also: readonly { readonly name: string; readonly change: Change }[] = [],
): void {
  judges(policy, id, {
    rejects: [
      ...rejects.map(({ name, change, evidence }) => ({ name, given: { text: changed(change) }, evidence })),
      {
        name: "a file that is not known here",
        given: {},
        evidence: ["cannot be judged: its text is not known here"],
      },
    ],
    accepts: [
      { name: "rules that are right", given: { text: FIREWALL } },
      ...also.map(({ name, change }) => ({ name, given: { text: changed(change) } })),
    ],
  });
}

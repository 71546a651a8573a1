import type { Policy } from "../../policies/policy.ts";
import { judges } from "./judging.ts";

/** A change of a fixture, each text replaced by another wherever it stands. */
export type Change = Readonly<Record<string, string>>;

export function changedText(fixture: string, changes: Change): string {
  return Object.entries(changes).reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the fixture has no ${from}`);
    return text.replaceAll(from, to);
  }, fixture);
}

interface Changed {
  readonly name: string;
  readonly change: Change;
}

/**
 * Makes tests of policies on files of one type: the fixture is right, `rejects` are changes that are not, and those of
 * `also` are right as well.
 */
export function judgesChangesOf(fixture: { type: string; name: string; text: string }) {
  const { type, name: right, text } = fixture;
  const of = ({ name, change }: Changed) => ({ name, type, given: { text: changedText(text, change) } });
  const unknown = "a file that is not known here";
  const evidence = ["cannot be judged: its text is not known here"];
  return (
    policy: Policy,
    id: string,
    rejects: readonly (Changed & {
      readonly evidence: readonly (string | { text: string; severity: string })[];
    })[],
    also: readonly Changed[] = [],
  ): void =>
    judges(policy, id, {
      rejects: [
        ...rejects.map((rejection) => ({ ...of(rejection), evidence: rejection.evidence })),
        { name: unknown, type, given: {}, evidence },
      ],
      accepts: [{ name: right, type, given: { text } }, ...also.map(of)],
    });
}

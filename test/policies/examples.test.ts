import { describe, expect, test } from "vitest";
import { builtIn } from "../../policies/evaluate.ts";
import { policies } from "../../policies/index.ts";
import { isShown, reportOf } from "./examples.ts";

const all = [...builtIn, ...policies];

/** Rules about what no text shows: the machine itself, and certificates. */
const ABOUT_MACHINES = ["DMN-008", "FWL-010", "TLS-005", "TLS-006"];

describe("examples of rules", () => {
  test.each(all.filter(({ avoid }) => !isShown(avoid)).map((policy) => [policy.id, policy] as const))(
    "%s finds what its example avoids, and nothing in what it prefers",
    (_, policy) => {
      const bad = reportOf(policy, policy.avoid);
      const good = reportOf(policy, policy.prefer);

      expect([...bad.findings, ...bad.relaxed]).not.toEqual([]);
      expect([...good.findings, ...good.relaxed]).toEqual([]);
    },
  );

  test("are what a machine shows for the rules that no file can break", () => {
    const shown = all.filter(({ avoid, prefer }) => isShown(avoid) || isShown(prefer));

    expect(shown.map(({ id }) => id).toSorted()).toEqual(ABOUT_MACHINES);
  });

  test.each(all.map((policy) => [policy.id, policy.why] as const))(
    "%s says why in whole sentences",
    (_, why) => {
      expect(why).toMatch(/^[A-Z`_$a-z\d].{20,}\.$/);
    },
  );
});

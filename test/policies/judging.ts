import { describe, expect, test } from "vitest";
import { evaluate } from "../../policies/evaluate.ts";
import { readTerraformJson } from "../../policies/inputs/terraform-json.ts";
import type { Finding, Policy } from "../../policies/policy.ts";
import type { Block } from "../../policies/values.ts";
import { published } from "./published.ts";

type Resources = Readonly<Record<string, Readonly<Record<string, Block>>>>;

interface Case {
  readonly name: string;

  /** Attributes of the resource under judgement, `test/Subject`. */
  readonly given: Block;

  /** @default - the first type that the policy looks at */
  readonly type?: string;

  /** Other resources of the stack. */
  readonly around?: Resources;
}

interface Rejection extends Case {
  /** All that is found on the subject, in order; with its severity where that is not the rule's. */
  readonly evidence: readonly (string | { readonly text: string; readonly severity: string })[];
}

interface Acceptance extends Case {
  /** Resources that the policy looked at; 0 where it does not apply. @default 1 */
  readonly examined?: number;
}

/**
 * Tests of one policy: the whole report is compared, with what was examined. The allowed values and the remedy are those
 * that docs/policies.md promises.
 */
export function judges(
  policy: Policy,
  id: string,
  { rejects, accepts }: { readonly rejects: readonly Rejection[]; readonly accepts: readonly Acceptance[] },
): void {
  describe(`${id} ${policy.title}`, () => {
    test.each(rejects)("rejects $name", (rejection) => {
      const { elsewhere, allowed, fix } = published(id);
      const { findings } = reportOn(policy, rejection);

      expect(findings).toEqual(
        rejection.evidence.map((found) => ({
          policy: id,
          severity: typeof found === "string" ? elsewhere : found.severity,
          path: "test/Subject",
          evidence: typeof found === "string" ? found : found.text,
          allowed,
          fix,
        })),
      );
    });

    test.each(accepts)("accepts $name", (acceptance) => {
      expect(reportOn(policy, acceptance)).toEqual({ examined: acceptance.examined ?? 1, findings: [] });
    });
  });
}

function reportOn(policy: Policy, { given, type = policy.looksAt[0] as string, around = {} }: Case) {
  const subject = { "//": { metadata: { path: "test/Subject" } }, ...given };
  const resource = { ...around, [type]: { Subject: subject, ...around[type] } };
  const settings = type === "terraform" ? { terraform: given, resource: around } : { resource };
  return reportOf(policy, {
    "//": { metadata: { stackName: type === "terraform" ? "test/Subject" : "test" } },
    ...settings,
  });
}

/** The report of one policy on a parsed `cdk.tf.json`. */
export function reportOf(policy: Policy, json: unknown): { examined: number; findings: readonly Finding[] } {
  const report = evaluate(readTerraformJson(json), [policy]).at(-1);
  return { examined: report?.examined ?? 0, findings: report?.findings ?? [] };
}

/** The one container that may be in the network namespace of the host. */
export const FIREWALL: Block = {
  network_mode: "host",
  labels: [{ label: "exploreiot.role", value: "firewall" }],
  capabilities: { drop: ["ALL"], add: ["CAP_NET_ADMIN"] },
};

/** Networks to refer to: `${docker_network.Edge.id}` leads out, `Data` is internal. */
export const NETWORKS: Resources = {
  docker_network: {
    Edge: { "//": { metadata: { path: "test/Edge" } }, name: "edge", internal: false },
    Data: { "//": { metadata: { path: "test/Data" } }, name: "data", internal: true },
    Later: { "//": { metadata: { path: "test/Later" } }, name: "later", internal: "${var.internal}" },
  },
};

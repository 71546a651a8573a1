import { readFileSync } from "node:fs";
import { policyMatchers } from "exploreiot/vitest";
import { expect, test } from "vitest";

expect.extend(policyMatchers);

/** What `npx cdktf synth` has written. By its path, so that the files that it delivers are judged too. */
const stack = "cdktf.out/stacks/plant/cdk.tf.json";

test("the plant is sound", () => {
  expect(stack).toSatisfyPolicies();
});

test("a root file system that can be written is seen", () => {
  const json = JSON.parse(readFileSync(stack, "utf8"));
  const containers: Record<string, { name: string; read_only: boolean }> = json.resource.docker_container;
  for (const container of Object.values(containers))
    if (container.name.endsWith("-bridge")) container.read_only = false;

  expect(json).toViolate("CTR-006", { at: "plant/Bridge/Container" });
});

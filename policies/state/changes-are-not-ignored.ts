import { definePolicy } from "../policy.ts";
import { blocks, texts } from "../values.ts";

/** A change of labels costs a volume its data (PRV-011), so that labels are ignored for a reason. */
const EXCUSED = ["labels"];

/**
 * What Terraform is told to overlook may be anything in the engine, and every plan says that all is well.
 */
export const changesAreNotIgnored = definePolicy({
  id: "STA-005",
  severity: "medium",
  title: "Terraform overlooks no changes",
  allowed: "no ignore_changes, or labels alone; anything else with a waiver that says why",
  fix: "remove ignore_changes, or waive this rule for the resource with the reason",
  source: "Terraform documentation, lifecycle: ignore_changes",
  dialect: "source",
  looksAt: ["*"],
  where: ({ block }) => (block.lifecycle ?? undefined) !== undefined,
  check: ({ block }) =>
    blocks(block, "lifecycle").flatMap((lifecycle) => {
      const { ignore_changes } = lifecycle;
      const names =
        typeof ignore_changes === "string" ? [ignore_changes] : texts(lifecycle, "ignore_changes");
      return names.filter((name) => !EXCUSED.includes(name)).map((name) => `changes of ${name} are ignored`);
    }),
});

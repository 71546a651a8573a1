import { definePolicy } from "../policy.ts";
import { type Block, blocks, texts } from "../values.ts";

/**
 * A change of labels costs a volume its data (PRV-011), so that labels are ignored for a reason. Of a container on
 * networks of its own the mode says nothing: Docker Compose writes the first network's name there, Terraform `bridge`.
 */
const excused = ({ networks_advanced, network_mode }: Block): readonly string[] =>
  networks_advanced !== undefined && network_mode === undefined ? ["labels", "network_mode"] : ["labels"];

export const changesAreNotIgnored = definePolicy({
  id: "STA-005",
  severity: "medium",
  title: "Terraform overlooks no changes",
  why: "What Terraform is told to overlook may be anything in the engine, and every plan says that all is well.",
  avoid: `{"resource": {"docker_container": {"web": {
  "lifecycle": {"ignore_changes": ["env"]}
}}}}`,
  prefer: `{"resource": {"docker_container": {"web": {
  "lifecycle": {"ignore_changes": ["labels"]}
}}}}`,
  allowed:
    "no ignore_changes, or labels, or network_mode of a container with networks_advanced and none; anything else with a waiver that says why",
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
      return names
        .filter((name) => !excused(block).includes(name))
        .map((name) => `changes of ${name} are ignored`);
    }),
});

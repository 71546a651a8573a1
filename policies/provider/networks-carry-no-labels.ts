import { ignoredChanges } from "../facts/containers.ts";
import { definePolicy } from "../policy.ts";
import { blocks, show } from "../values.ts";

/**
 * A changed label replaces the network and every container on it.
 */
export const networksCarryNoLabels = definePolicy({
  id: "PRV-009",
  severity: "low",
  title: "a network carries no labels that a change could touch",
  allowed: "no labels, or lifecycle.ignore_changes with labels",
  fix: "remove the labels of the network",
  source: "docs/architecture.md, provider rule 10",
  dialect: "source",
  looksAt: ["docker_network"],
  check: ({ block }) =>
    ignoredChanges(block).includes("labels")
      ? []
      : blocks(block, "labels").map(({ label, value }) => `label ${show(label)} is ${show(value)}`),
});

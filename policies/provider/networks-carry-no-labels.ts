import { ignoredChanges } from "../facts/containers.ts";
import { definePolicy } from "../policy.ts";
import { blocks, show } from "../values.ts";

export const networksCarryNoLabels = definePolicy({
  id: "PRV-009",
  severity: "low",
  title: "a network carries no labels that a change could touch",
  why: "A changed label replaces the network and every container on it.",
  avoid: `{"resource": {"docker_network": {"web": {
  "name": "web", "labels": [{"label": "team", "value": "plant"}]
}}}}`,
  prefer: `{"resource": {"docker_network": {"web": {
  "name": "web"
}}}}`,
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

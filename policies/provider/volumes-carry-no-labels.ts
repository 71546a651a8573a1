import { ignoredChanges } from "../facts/containers.ts";
import { holdsData } from "../facts/volumes.ts";
import { definePolicy } from "../policy.ts";
import { blocks, show } from "../values.ts";

export const volumesCarryNoLabels = definePolicy({
  id: "PRV-011",
  severity: "medium",
  title: "labels never cost a volume its data",
  why: "A changed label deletes the volume and makes it again, empty, and apply calls it a success.",
  avoid: `{"resource": {"docker_volume": {"data": {
  "name": "data", "labels": [{"label": "team", "value": "plant"}]
}}}}`,
  prefer: `{"resource": {"docker_volume": {"data": {
  "name": "data", "lifecycle": {"ignore_changes": ["labels"]}
}}}}`,
  allowed: "no labels; on a volume that holds data also lifecycle.ignore_changes with labels",
  fix: "use DataVolume, and remove the labels",
  source: "docs/architecture.md, provider rule 13",
  dialect: "source",
  looksAt: ["docker_volume"],
  check: (volume, stack) => [
    ...blocks(volume.block, "labels").map(({ label, value }) => `label ${show(label)} is ${show(value)}`),
    ...(holdsData(volume, stack) && !ignoredChanges(volume.block).includes("labels")
      ? ["it holds data, and lifecycle.ignore_changes does not name labels"]
      : []),
  ],
});

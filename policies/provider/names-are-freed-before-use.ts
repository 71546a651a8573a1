import { definePolicy } from "../policy.ts";
import { blocks, isUnsetOrFalse, must } from "../values.ts";

/** Images are told apart by content; modules and settings have no lifecycle. */
const WITHOUT_CONFLICT = ["docker_image", "module", "terraform"];

export const namesAreFreedBeforeUse = definePolicy({
  id: "PRV-002",
  severity: "high",
  title: "a resource with a name is destroyed before it is created again",
  why: "Two containers, networks or volumes cannot have one name: the engine answers with a conflict. Terraform hands `create_before_destroy` on to everything that a resource depends on, so one that has no name passes it to containers.",
  avoid: `{"resource": {"docker_container": {"web": {
  "name": "web", "lifecycle": {"create_before_destroy": true}
}}}}`,
  prefer: `{"resource": {"docker_container": {"web": {
  "name": "web"
}}}}`,
  allowed: "create_before_destroy unset",
  fix: "remove lifecycle.create_before_destroy (createBeforeDestroy)",
  source: "docs/architecture.md, provider rule 1",
  dialect: "source",
  looksAt: ["*"],
  where: ({ type }) => !WITHOUT_CONFLICT.includes(type),
  check: ({ block }) =>
    blocks(block, "lifecycle").flatMap((lifecycle) =>
      must(lifecycle, "create_before_destroy", isUnsetOrFalse),
    ),
});

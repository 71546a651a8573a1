import { LABEL } from "../../core/labels.ts";
import { labelOf, mustLabel } from "../facts/containers.ts";
import { isOfTheKit } from "../facts/kit.ts";
import { definePolicy } from "../policy.ts";
import { isFilledText } from "../values.ts";

export const containersCarryAConfigHash = definePolicy({
  id: "PRV-005",
  severity: "medium",
  title: "every container carries the hash of what the provider does not apply",
  why: "Changes of healthcheck, init, tmpfs and delivered files reach no container, partly without a word in the plan; a changed label replaces it.",
  avoid: `{"resource": {"docker_container": {"web": {
  "labels": [{"label": "exploreiot.role", "value": "backend"}]
}}}}`,
  prefer: `{"resource": {"docker_container": {"web": {
  "labels": [
    {"label": "exploreiot.role", "value": "backend"},
    {"label": "exploreiot.config-hash", "value": "5f1c0a9be27d"}
  ]
}}}}`,
  allowed: "a label exploreiot.config-hash that is not empty",
  fix: "build the container with ServiceContainer, JobContainer or FileDelivery",
  source: "docs/architecture.md, provider rule 4",
  dialect: "terraform",
  looksAt: ["docker_container"],
  where: (_, stack) => isOfTheKit(stack),
  check: ({ block }) =>
    isFilledBeforehand(labelOf(block, LABEL.configHash))
      ? []
      : mustLabel(block, LABEL.configHash, isFilledText),
});

/** A label with a part of it known is not empty, no matter what Terraform adds at apply. */
const isFilledBeforehand = (value: unknown): boolean =>
  typeof value === "string" && isFilledText(value.replaceAll(/\$\{[^{}]*\}/g, ""));

import { LABEL } from "../../core/labels.ts";
import { mustLabel } from "../facts/containers.ts";
import { isOfTheKit } from "../facts/kit.ts";
import { definePolicy } from "../policy.ts";
import { isFilledText } from "../values.ts";

const REQUIRED = [LABEL.deployment, LABEL.role] as const;

/**
 * `status`, `doctor` and `down` find their containers by these labels, and rules are chosen by the environment:
 * a container without them is overlooked by all.
 */
export const containersSayWhoseTheyAre = definePolicy({
  id: "CTR-039",
  severity: "low",
  title: "every container of the kit says its deployment, its role and its environment",
  allowed: "labels exploreiot.deployment and exploreiot.role, exploreiot.env local or production",
  fix: "build the container with ServiceContainer, JobContainer or FileDelivery",
  source: "docs/architecture.md",
  looksAt: ["docker_container"],
  where: (_, stack) => isOfTheKit(stack),
  check: ({ block }) => [
    ...REQUIRED.flatMap((name) => mustLabel(block, name, isFilledText)),
    ...mustLabel(block, LABEL.environment, (value) => value === "local" || value === "production"),
  ],
});

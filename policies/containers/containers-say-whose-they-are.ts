import { LABEL } from "../../core/labels.ts";
import { mustLabel } from "../facts/containers.ts";
import { isOfTheKit } from "../facts/kit.ts";
import { definePolicy } from "../policy.ts";
import { isFilledText } from "../values.ts";

const REQUIRED = [LABEL.deployment, LABEL.role] as const;

export const containersSayWhoseTheyAre = definePolicy({
  id: "CTR-039",
  severity: "low",
  title: "every container of the kit says its deployment, its role and its environment",
  why: "`status`, `doctor` and `down` find their containers by these labels, and rules are chosen by the environment: a container without them is overlooked by all.",
  avoid: `labels:
  exploreiot.role: backend`,
  prefer: `labels:
  exploreiot.deployment: plant
  exploreiot.role: backend
  exploreiot.env: production`,
  allowed: "labels exploreiot.deployment and exploreiot.role, exploreiot.env local or production",
  fix: "build the container with ServiceContainer, JobContainer or FileDelivery",
  words: { compose: { fix: "set the labels, with the deployment, role and environment of the others" } },
  source: "docs/architecture.md",
  looksAt: ["docker_container"],
  where: (_, stack) => isOfTheKit(stack),
  check: ({ block }) => [
    ...REQUIRED.flatMap((name) => mustLabel(block, name, isFilledText)),
    ...mustLabel(block, LABEL.environment, (value) => value === "local" || value === "production"),
  ],
});

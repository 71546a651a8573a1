import { containersSayWhoseTheyAre } from "../../../policies/containers/containers-say-whose-they-are.ts";
import { judges } from "../judging.ts";

const labels = (named: Readonly<Record<string, string>>) => ({
  labels: Object.entries(named).map(([label, value]) => ({ label: `exploreiot.${label}`, value })),
});
const sound = labels({ deployment: "demo", role: "redis", env: "local" });

judges(containersSayWhoseTheyAre, "CTR-039", {
  rejects: [
    {
      name: "a container of the kit without labels",
      given: {},
      around: { docker_container: { Other: sound } },
      evidence: [
        "label exploreiot.deployment is not set",
        "label exploreiot.role is not set",
        "label exploreiot.env is not set",
      ],
    },
    {
      name: "an empty role and an environment that nobody knows",
      given: labels({ deployment: "demo", role: " ", env: "staging" }),
      evidence: ['label exploreiot.role is " "', 'label exploreiot.env is "staging"'],
    },
    {
      name: "what is known only at apply",
      given: labels({ deployment: "demo", role: "redis", env: "${var.env}" }),
      evidence: ['label exploreiot.env is "${var.env}", known only at apply'],
    },
  ],
  accepts: [
    { name: "a container with all three", given: sound },
    {
      name: "a container of another project",
      given: { labels: [{ label: "team", value: "x" }] },
      examined: 0,
    },
  ],
});

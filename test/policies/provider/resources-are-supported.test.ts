import { expect, test } from "vitest";
import { policies } from "../../../policies/index.ts";
import { JUDGED, resourcesAreSupported } from "../../../policies/provider/resources-are-supported.ts";
import { judges } from "../judging.ts";

judges(resourcesAreSupported, "PRV-016", {
  rejects: [
    {
      name: "a compose project",
      given: {},
      type: "docker_compose",
      evidence: ["no rule looks at a docker_compose"],
    },
  ],
  accepts: [
    { name: "a swarm service", given: { name: "web" }, type: "docker_service", examined: 2 },
    { name: "a swarm secret", given: { name: "pw" }, type: "docker_secret", examined: 2 },
    { name: "a network", given: {}, type: "docker_network", examined: 2 },
    { name: "an image", given: {}, type: "docker_image", examined: 2 },
    { name: "a volume", given: {}, type: "docker_volume", examined: 2 },
    { name: "a container", given: {}, type: "docker_container", examined: 2 },
    { name: "a resource of another provider", given: {}, type: "terraform_data", examined: 2 },
  ],
});

test("the kinds that are called judged are those that rules look at", () => {
  const kinds = policies.flatMap(({ looksAt }) => looksAt).filter((type) => type.startsWith("docker_"));

  expect([...new Set(kinds)].sort()).toEqual(JUDGED);
});

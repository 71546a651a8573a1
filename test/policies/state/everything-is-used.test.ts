import { everythingIsUsed } from "../../../policies/state/everything-is-used.ts";
import type { Block } from "../../../policies/values.ts";
import { judges } from "../judging.ts";

const evidence = ["nothing refers to it"];
const container = (block: Block) => ({ docker_container: { A: block } });

judges(everythingIsUsed, "STA-007", {
  rejects: [
    { name: "a network without containers", given: { name: "old" }, evidence },
    {
      name: "a volume whose name only another resource has",
      type: "docker_volume",
      given: { name: "old" },
      around: { docker_registry_image: { I: { name: "old" } } },
      evidence,
    },
  ],
  accepts: [
    {
      name: "a reference",
      given: { name: "a" },
      around: container({ networks_advanced: [{ name: "${docker_network.Subject.id}" }] }),
    },
    {
      name: "a name",
      type: "docker_volume",
      given: { name: "data" },
      around: container({ volumes: { volume_name: "data" } }),
    },
    {
      name: "an order",
      type: "docker_image",
      given: { name: "a" },
      around: container({ depends_on: ["docker_image.Subject"] }),
    },
  ],
});

import { namesAreFreedBeforeUse } from "../../../policies/provider/names-are-freed-before-use.ts";
import { judges } from "../judging.ts";

judges(namesAreFreedBeforeUse, "PRV-002", {
  rejects: [
    {
      name: "a container that is created before it is destroyed",
      given: { lifecycle: { create_before_destroy: true } },
      type: "docker_container",
      evidence: ["create_before_destroy is true"],
    },
    {
      name: "the same in a lifecycle written as a list",
      given: { lifecycle: [{ create_before_destroy: "true" }] },
      type: "docker_container",
      evidence: ['create_before_destroy is "true"'],
    },
    {
      name: "a network",
      given: { lifecycle: { create_before_destroy: true } },
      type: "docker_network",
      evidence: ["create_before_destroy is true"],
    },
    {
      name: "a resource without a name, which hands it on to what it depends on",
      given: { lifecycle: { create_before_destroy: true } },
      type: "terraform_data",
      evidence: ["create_before_destroy is true"],
    },
  ],
  accepts: [
    {
      name: "a container with another lifecycle",
      given: { lifecycle: { ignore_changes: ["ports"], create_before_destroy: false } },
      type: "docker_container",
    },
    {
      name: "an image, which others do not collide with",
      given: { lifecycle: { create_before_destroy: true } },
      type: "docker_image",
      examined: 0,
    },
  ],
});

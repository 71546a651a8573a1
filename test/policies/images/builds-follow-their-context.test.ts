import { buildsFollowTheirContext } from "../../../policies/images/builds-follow-their-context.ts";
import { judges } from "../judging.ts";

judges(buildsFollowTheirContext, "IMG-010", {
  rejects: [
    { name: "no triggers", given: { build: { context: "." } }, evidence: ["triggers is not set"] },
    { name: "empty triggers", given: { build: {}, triggers: {} }, evidence: ["triggers is {}"] },
    {
      name: "what is known only at apply",
      given: { build: {}, triggers: "${var.triggers}" },
      evidence: ['triggers is "${var.triggers}", known only at apply'],
    },
  ],
  accepts: [
    { name: "a hash of the context", given: { build: {}, triggers: { context: "${sha1(local.files)}" } } },
    { name: "an image that is pulled", given: { name: "redis:7" }, examined: 0 },
  ],
});

import { imagesAreKept } from "../../../policies/provider/images-are-kept.ts";
import { judges } from "../judging.ts";

judges(imagesAreKept, "PRV-022", {
  rejects: [
    { name: "an image that a destroy removes", given: {}, evidence: ["keep_locally is not set"] },
    { name: "one that says so", given: { keep_locally: false }, evidence: ["keep_locally is false"] },
    {
      name: "what is known only at apply",
      given: { keep_locally: "${var.keep}" },
      evidence: ['keep_locally is "${var.keep}", known only at apply'],
    },
    {
      name: "one that is removed from under others",
      given: { keep_locally: true, force_remove: true },
      evidence: ["force_remove is true"],
    },
  ],
  accepts: [{ name: "an image that is kept", given: { keep_locally: true } }],
});

import { pluginsAskForEachRight } from "../../../policies/images/plugins-ask-for-each-right.ts";
import { judges } from "../judging.ts";

judges(pluginsAskForEachRight, "IMG-012", {
  rejects: [
    {
      name: "all rights",
      given: { grant_all_permissions: true },
      evidence: ["grant_all_permissions is true"],
    },
    {
      name: "what is known only at apply",
      given: { grant_all_permissions: "${var.all}" },
      evidence: ['grant_all_permissions is "${var.all}", known only at apply'],
    },
  ],
  accepts: [
    {
      name: "rights that are written down",
      given: { grant_permissions: [{ name: "network", value: ["host"] }] },
    },
  ],
});

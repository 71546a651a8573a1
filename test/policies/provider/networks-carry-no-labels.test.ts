import { networksCarryNoLabels } from "../../../policies/provider/networks-carry-no-labels.ts";
import { judges } from "../judging.ts";

judges(networksCarryNoLabels, "PRV-009", {
  rejects: [
    {
      name: "labels",
      given: {
        labels: [
          { label: "version", value: "1" },
          { label: "env", value: "local" },
        ],
      },
      evidence: ['label "version" is "1"', 'label "env" is "local"'],
    },
    {
      name: "labels next to other ignored changes",
      given: { labels: { label: "version", value: "1" }, lifecycle: { ignore_changes: ["driver"] } },
      evidence: ['label "version" is "1"'],
    },
  ],
  accepts: [
    { name: "a network without labels", given: {} },
    {
      name: "labels whose changes are ignored",
      given: { labels: [{ label: "env", value: "local" }], lifecycle: { ignore_changes: ["labels"] } },
    },
  ],
});

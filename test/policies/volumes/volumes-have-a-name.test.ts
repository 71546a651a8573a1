import { volumesHaveAName } from "../../../policies/volumes/volumes-have-a-name.ts";
import { judges } from "../judging.ts";

judges(volumesHaveAName, "VOL-006", {
  rejects: [
    { name: "no name", given: {}, evidence: ["name is not set"] },
    { name: "an empty one", given: { name: "" }, evidence: ['name is ""'] },
    {
      name: "what is known only at apply",
      given: { name: "${var.name}" },
      evidence: ['name is "${var.name}", known only at apply'],
    },
  ],
  accepts: [{ name: "a name", given: { name: "data" } }],
});

import { openFilesAreLimitedByDefault } from "../../../policies/host/open-files-are-limited-by-default.ts";
import { judges } from "../judging.ts";

const config = (settings: object) => ({ text: JSON.stringify(settings) });

judges(openFilesAreLimitedByDefault, "DMN-006", {
  rejects: [
    { name: "none", given: config({}), evidence: ["default-ulimits.nofile is not set"] },
    {
      name: "unlimited",
      given: config({ "default-ulimits": { nofile: { Name: "nofile", Soft: 1024, Hard: -1 } } }),
      evidence: ["default-ulimits.nofile.Hard is -1"],
    },
    {
      name: "a file that is not JSON",
      given: { text: "[]" },
      evidence: ["cannot be judged: the file is not a JSON object"],
    },
    {
      name: "a file that is not known here",
      given: {},
      evidence: ["cannot be judged: its text is not known here"],
    },
  ],
  accepts: [
    {
      name: "both limits",
      given: config({ "default-ulimits": { nofile: { Name: "nofile", Soft: 1024, Hard: 4096 } } }),
    },
  ],
});

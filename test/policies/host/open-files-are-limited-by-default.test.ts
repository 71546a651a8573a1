import { openFilesAreLimitedByDefault } from "../../../policies/host/open-files-are-limited-by-default.ts";
import { daemonJson, UNREADABLE } from "../engine-settings.ts";
import { judges } from "../judging.ts";

judges(openFilesAreLimitedByDefault, "DMN-006", {
  rejects: [
    { name: "none", given: daemonJson({}), evidence: ["default-ulimits.nofile is not set"] },
    {
      name: "unlimited",
      given: daemonJson({ "default-ulimits": { nofile: { Name: "nofile", Soft: 1024, Hard: -1 } } }),
      evidence: ["default-ulimits.nofile.Hard is -1"],
    },
    ...UNREADABLE,
  ],
  accepts: [
    {
      name: "both limits",
      given: daemonJson({ "default-ulimits": { nofile: { Name: "nofile", Soft: 1024, Hard: 4096 } } }),
    },
  ],
});

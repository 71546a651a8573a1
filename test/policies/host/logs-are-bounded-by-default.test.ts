import { logsAreBoundedByDefault } from "../../../policies/host/logs-are-bounded-by-default.ts";
import { daemonJson, UNREADABLE } from "../engine-settings.ts";
import { judges } from "../judging.ts";

judges(logsAreBoundedByDefault, "DMN-005", {
  rejects: [
    {
      name: "the default",
      given: daemonJson({}),
      evidence: [
        'log-driver is "json-file", and log-opts max-size is not set',
        'log-driver is "json-file", and log-opts max-file is not set',
      ],
    },
    {
      name: "a size of 0 and no limit of files",
      given: daemonJson({ "log-driver": "json-file", "log-opts": { "max-size": "0" } }),
      evidence: [
        'log-driver is "json-file", and log-opts max-size is "0"',
        'log-driver is "json-file", and log-opts max-file is not set',
      ],
    },
    {
      name: "no logs at all",
      given: daemonJson({ "log-driver": "none" }),
      evidence: ['log-driver is "none"'],
    },
    ...UNREADABLE,
  ],
  accepts: [
    { name: "files of a size", given: daemonJson({ "log-opts": { "max-size": "10m", "max-file": "3" } }) },
    { name: "a driver with limits of its own", given: daemonJson({ "log-driver": "local" }) },
  ],
});

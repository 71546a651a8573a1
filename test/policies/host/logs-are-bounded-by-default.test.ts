import { logsAreBoundedByDefault } from "../../../policies/host/logs-are-bounded-by-default.ts";
import { judges } from "../judging.ts";

const config = (settings: object) => ({ text: JSON.stringify(settings) });

judges(logsAreBoundedByDefault, "DMN-005", {
  rejects: [
    {
      name: "the default",
      given: config({}),
      evidence: [
        'log-driver is "json-file", and log-opts max-size is not set',
        'log-driver is "json-file", and log-opts max-file is not set',
      ],
    },
    {
      name: "a size of 0 and no limit of files",
      given: config({ "log-driver": "json-file", "log-opts": { "max-size": "0" } }),
      evidence: [
        'log-driver is "json-file", and log-opts max-size is "0"',
        'log-driver is "json-file", and log-opts max-file is not set',
      ],
    },
    { name: "no logs at all", given: config({ "log-driver": "none" }), evidence: ['log-driver is "none"'] },
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
    { name: "files of a size", given: config({ "log-opts": { "max-size": "10m", "max-file": "3" } }) },
    { name: "a driver with limits of its own", given: config({ "log-driver": "local" }) },
  ],
});

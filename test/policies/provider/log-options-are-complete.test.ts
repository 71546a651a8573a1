import { logOptionsAreComplete } from "../../../policies/provider/log-options-are-complete.ts";
import { judges } from "../judging.ts";

judges(logOptionsAreComplete, "PRV-010", {
  rejects: [
    {
      name: "one of the two keys",
      given: { log_opts: { "max-size": "10m" } },
      evidence: ['keys of log_opts is ["max-size"]'],
    },
    {
      name: "the other one",
      given: { log_driver: "local", log_opts: { "max-file": "3", compress: "true" } },
      evidence: ['keys of log_opts is ["compress","max-file"]'],
    },
    {
      name: "options of a driver that is not known here",
      given: { log_driver: "syslog", log_opts: { "max-size": "1m", "max-file": "3" } },
      evidence: ['log_driver is "syslog", whose full set of options is not known here'],
    },
    {
      name: "a driver known only at apply",
      given: { log_driver: "${var.d}", log_opts: { "max-size": "1m", "max-file": "3" } },
      evidence: [
        'log_driver is "${var.d}", known only at apply, whose full set of options is not known here',
      ],
    },
    {
      name: "a key known only at apply",
      given: { log_opts: { "max-size": "1m", "max-file": "3", "${var.k}": "1" } },
      evidence: ['keys of log_opts is ["${var.k}","max-file","max-size"], known only at apply'],
    },
    {
      name: "options known only at apply",
      given: { log_opts: "${var.options}" },
      evidence: ['log_opts is "${var.options}"'],
    },
  ],
  accepts: [
    {
      name: "both keys",
      given: { log_driver: "json-file", log_opts: { "max-size": "10m", "max-file": "3" } },
    },
    {
      name: "both and one more",
      given: { log_opts: { "max-size": "10m", "max-file": "3", compress: "true" } },
    },
    { name: "an empty set", given: { log_driver: "syslog", log_opts: {} } },
    { name: "a container without the attribute", given: {}, examined: 0 },
  ],
});

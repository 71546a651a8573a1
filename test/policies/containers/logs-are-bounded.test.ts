import { logsAreBounded } from "../../../policies/containers/logs-are-bounded.ts";
import { judges } from "../judging.ts";
import { withTask } from "../services.ts";

const options = { "max-size": "10m", "max-file": "3" };

judges(logsAreBounded, "CTR-018", {
  rejects: [
    { name: "no driver", given: { log_opts: options }, evidence: ["log driver is not set"] },
    { name: "no logs", given: { log_driver: "none" }, evidence: ['log driver is "none"'] },
    {
      name: "no options",
      given: { log_driver: "json-file" },
      evidence: ["log option max-size is not set", "log option max-file is not set"],
    },
    {
      name: "options without a bound",
      given: { log_driver: "local", log_opts: { "max-size": "-1", "max-file": "0" } },
      evidence: ['log option max-size is "-1"', 'log option max-file is "0"'],
    },
    {
      name: "a driver that is known only at apply",
      given: { log_driver: "${var.driver}", log_opts: options },
      evidence: ['log driver is "${var.driver}", known only at apply'],
    },
    {
      name: "options that are known only at apply",
      given: { log_driver: "json-file", log_opts: "${var.options}" },
      evidence: ['cannot be judged: log options are "${var.options}", known only at apply'],
    },
    {
      name: "a service of a swarm",
      type: "docker_service",
      given: withTask({ log_driver: { name: "json-file", options: { "max-size": "1m" } } }),
      evidence: ["log option max-file is not set"],
    },
  ],
  accepts: [
    { name: "rotated files", given: { log_driver: "json-file", log_opts: options } },
    { name: "a driver that hands them on", given: { log_driver: "journald" } },
    {
      name: "a service of a swarm",
      type: "docker_service",
      given: withTask({ log_driver: [{ name: "local", options }] }),
    },
  ],
});

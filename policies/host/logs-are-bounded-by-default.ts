import { daemonJson } from "../files/daemon-json.ts";
import { definePolicy } from "../policy.ts";
import { blocks, isKnown, show } from "../values.ts";

/** Drivers that keep their logs elsewhere, or within limits of their own. */
const BOUNDED = ["local", "journald", "syslog", "gelf", "fluentd", "awslogs", "splunk", "gcplogs"];

export const logsAreBoundedByDefault = definePolicy({
  id: "DMN-005",
  severity: "medium",
  title: "the logs of containers are bounded unless they say otherwise",
  why: "The default, json-file without limits, fills the disk.",
  avoid: `# daemon.json
{"log-driver": "json-file"}`,
  prefer: `# daemon.json
{"log-driver": "local", "log-opts": {"max-size": "10m", "max-file": "3"}}`,
  allowed: `log-driver json-file with log-opts max-size and max-file, or one of ${BOUNDED.join(", ")}`,
  fix: 'set "log-driver": "local"',
  source: "CIS Docker Benchmark 1.6.0, 2.13",
  looksAt: ["file/daemon.json"],
  check: (file) => {
    const config = daemonJson(file);
    const driver = config["log-driver"] ?? "json-file";
    if (BOUNDED.includes(String(driver))) return [];
    if (driver !== "json-file" || !isKnown(driver)) return [`log-driver is ${show(driver)}`];
    const [options = {}] = blocks(config, "log-opts");
    return [
      ...(/^[1-9]\d*[kmgKMG]?$/.test(String(options["max-size"]))
        ? []
        : [about("max-size", options["max-size"])]),
      ...(/^[1-9]\d*$/.test(String(options["max-file"])) ? [] : [about("max-file", options["max-file"])]),
    ];
  },
});

const about = (name: string, value: unknown) =>
  `log-driver is "json-file", and log-opts ${name} is ${show(value)}`;

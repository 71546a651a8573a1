import type { Resource } from "../document.ts";
import { RUNS, taskSpec } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { type Block, isBlock, isKnown, must, nested, show } from "../values.ts";

/** They keep logs on the host for ever unless told otherwise. */
const FILES = ["json-file", "local"];

/** They hand logs to something that has limits of its own. */
const REMOTE = ["syslog", "journald", "gelf", "fluentd", "awslogs", "splunk", "gcplogs", "loki"];

export const logsAreBounded = definePolicy({
  id: "CTR-018",
  severity: "medium",
  title: "logs are kept, and not for ever",
  why: "The default driver keeps everything: one talkative container fills the disk, and databases then stop.",
  avoid: "logging: {driver: json-file}",
  prefer: 'logging: {driver: json-file, options: {max-size: 10m, max-file: "3"}}',
  allowed: "json-file or local with max-size and max-file greater than 0, or a driver that hands them on",
  fix: "set the log driver with max-size and max-file",
  source: "CIS Docker Benchmark 1.6.0, 2.13; Docker documentation, json-file logging driver",
  looksAt: RUNS,
  check: (resource) => {
    const { driver, options } = logging(resource);
    const found = must(
      { driver },
      "driver",
      (name) => [...FILES, ...REMOTE].includes(String(name)),
      "log driver",
    );
    if (found.length > 0 || REMOTE.includes(String(driver))) return found;
    return ["max-size", "max-file"].flatMap((name) => must(options, name, isPositive, `log option ${name}`));
  },
});

/** `10m`; `-1`, the default of max-size, means no limit. */
const isPositive = (value: unknown) => /^[1-9]\d*[kmg]?$/.test(String(value));

function logging({ type, block }: Resource): { readonly driver: unknown; readonly options: Block } {
  if (type === "docker_container") return { driver: block.log_driver, options: asOptions(block.log_opts) };
  const driver = nested(taskSpec(block), "log_driver");
  return { driver: driver.name, options: asOptions(driver.options) };
}

function asOptions(value: unknown): Block {
  if (isBlock(value)) return value;
  if ((value ?? undefined) === undefined) return {};
  throw new Error(`log options are ${show(value)}${isKnown(value) ? "" : ", known only at apply"}`);
}

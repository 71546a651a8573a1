import { reworded } from "../evidence.ts";
import { definePolicy } from "../policy.ts";
import { isBlock, isUnset, must, show } from "../values.ts";

const KEYS = ["max-file", "max-size"];

export const logOptionsAreComplete = definePolicy({
  id: "PRV-010",
  severity: "low",
  title: "options of the log driver are given all or not at all",
  why: "The daemon adds its own defaults to a part of the options, and each plan then replaces the container.",
  avoid: `{"resource": {"docker_container": {"web": {
  "log_driver": "json-file", "log_opts": {"max-size": "10m"}
}}}}`,
  prefer: `{"resource": {"docker_container": {"web": {
  "log_driver": "json-file", "log_opts": {"max-size": "10m", "max-file": "3"}
}}}}`,
  allowed: "no log_opts; or for json-file and local both max-size and max-file",
  fix: "set max-size and max-file together (hardened.logOpts)",
  source: "docs/architecture.md, provider rule 11",
  dialect: "terraform",
  looksAt: ["docker_container"],
  where: ({ block }) => (block.log_opts ?? undefined) !== undefined,
  check: ({ block }) => {
    if (!isBlock(block.log_opts)) return [`log_opts is ${show(block.log_opts)}`];
    const options = Object.keys(block.log_opts).sort();
    if (options.length === 0) return [];
    return [
      ...must(block, "log_driver", isFileDriver).map((evidence) =>
        reworded(evidence, (text) => `${text}, whose full set of options is not known here`),
      ),
      ...must({ options }, "options", () => KEYS.every((key) => options.includes(key)), "keys of log_opts"),
    ];
  },
});

const isFileDriver = (driver: unknown) => isUnset(driver) || driver === "json-file" || driver === "local";

import { definePolicy } from "../policy.ts";
import { isBlock, isFalse, isKnown, must, show } from "../values.ts";

export const overlaysAreEncrypted = definePolicy({
  id: "SWM-001",
  severity: "high",
  title: "traffic between the nodes of a swarm is encrypted",
  why: "Traffic between nodes is plain VXLAN otherwise: anyone who is on the wire reads and forges it.",
  avoid: `{"resource": {"docker_network": {"web": {
  "driver": "overlay"
}}}}`,
  prefer: `{"resource": {"docker_network": {"web": {
  "driver": "overlay", "options": {"encrypted": "true"}
}}}}`,
  allowed: 'options with encrypted, as "" or "true"',
  fix: 'set options to { encrypted = "" }',
  source: "CIS Docker Benchmark 1.6.0, 7.3; GHSA-6wrf-mxfj-pf5p",
  looksAt: ["docker_network"],
  where: ({ block }) => block.driver === "overlay",
  check: ({ block: { options } }) => {
    if (!isKnown(options)) return [`options are ${show(options)}, known only at apply`];
    const found = isBlock(options) ? options : {};
    return must(found, "encrypted", (value) => value !== undefined && !isFalse(value), "options.encrypted");
  },
});

import { definePolicy } from "../policy.ts";
import { isUnsetOrFalse, must } from "../values.ts";

export const noPortIsPublishedUnasked = definePolicy({
  id: "CTR-032",
  severity: "high",
  title: "no port is published that nobody wrote down",
  why: "With `publish_all_ports` the image decides what is open, on every address of the host.",
  avoid: `{"resource": {"docker_container": {"web": {
  "publish_all_ports": true
}}}}`,
  prefer: `{"resource": {"docker_container": {"web": {
  "ports": [{"internal": 80, "external": 8080, "ip": "127.0.0.1", "protocol": "tcp"}]
}}}}`,
  allowed: "publish_all_ports unset",
  fix: "remove publish_all_ports, and write out each port that is needed",
  words: {
    site: { fix: "remove publish_all_ports; publish each port with a listener of the configuration" },
  },
  source: "docs/architecture.md, provider rule 1",
  dialect: "terraform",
  looksAt: ["docker_container"],
  check: ({ block }) => must(block, "publish_all_ports", isUnsetOrFalse),
});

import { definePolicy, type Policy } from "./policy.ts";

/** Holds for every input and every list of policies: a file that cannot be read cannot be judged. */
export const stackCanBeRead = definePolicy({
  id: "INP-001",
  severity: "critical",
  title: "every resource of the stack can be read",
  why: "A rule that cannot read its input proves nothing, and a block that is written out only at apply may hold anything.",
  avoid: `{"resource": {"docker_container": {"web": {
  "dynamic": {"ports": {"for_each": "\${var.ports}", "content": {"internal": 80}}}
}}}}`,
  prefer: `{"resource": {"docker_container": {"web": {
  "ports": [{"internal": 80, "external": 8080, "ip": "127.0.0.1", "protocol": "tcp"}]
}}}}`,
  allowed: "resources as objects, and blocks that are written out",
  fix: "declare the resource with its construct; write dynamic blocks out one by one",
  source: "a rule that cannot read its input proves nothing",
  looksAt: ["*"],
  check: () => [],
});

/** Holds for every compose file: a key that nobody looks at may hold anything. */
export const everythingIsUnderstood = definePolicy({
  id: "INP-002",
  severity: "critical",
  title: "every key and value of a compose file is understood",
  why: "A key that nobody looks at may hold anything: a misspelt one is not applied, and one that is new may open the container.",
  avoid: "privilged: true",
  prefer: "privileged: true",
  allowed: "keys of the compose specification, values of their types, and files that are at hand",
  fix: "fix the spelling, remove the key, or judge the file where all that it names is at hand",
  source: "a rule that does not see a key proves nothing about it",
  looksAt: [],
  check: () => [],
});

/** Nobody can judge what these rules find: the verdict is neither good nor bad. */
export const aboutInput: readonly Policy[] = [stackCanBeRead, everythingIsUnderstood];

import { definePolicy } from "../policy.ts";
import { type Block, blocks, isBlock, show } from "../values.ts";

const KEY = "PRIVATE KEY-----";

export const privateKeysAreNotInValues = definePolicy({
  id: "TLS-007",
  severity: "critical",
  title: "no private key is written out",
  why: "What Terraform is given stands in the JSON, in each plan and in the state, readable for everybody who reads these.",
  avoid: `{"resource": {"docker_container": {"deliver": {
  "upload": [{"file": "/certs/edge.key", "content": "-----BEGIN PRIVATE KEY-----\\nMIGH…\\n-----END PRIVATE KEY-----"}]
}}}}`,
  prefer: `{"resource": {"docker_container": {"deliver": {
  "upload": [{"file": "/certs/edge.key", "source": "/srv/secrets/edge.key", "source_hash": "5f1c0a9be27d"}]
}}}}`,
  allowed: "upload.source with a path, or a secret that is made outside of Terraform",
  fix: "deliver the key as a file; issue a new one, for this one is known",
  words: {
    compose: {
      allowed: "secrets with a file",
      fix: "deliver the key as a file; issue a new one, for this one is known",
    },
  },
  source: "docs/architecture.md, provider rule 14",
  looksAt: ["docker_container", "docker_service", "docker_config", "docker_secret", "docker_image"],
  check: ({ block }) =>
    [
      ...placesIn(block),
      ...blocks(block, "task_spec").flatMap((task) => blocks(task, "container_spec").flatMap(placesIn)),
    ].map((place) => `${place} holds a private key`),
});

/** Where a key stands among the texts that people put keys into. */
const placesIn = (block: Block): readonly string[] => [
  ...inside("data", block.data),
  ...blocks(block, "upload").flatMap(({ file, content, content_base64 }) => [
    ...(holdsKey(content) ? [`content of ${show(file)}`] : []),
    ...(holdsKey(content_base64) ? [`content_base64 of ${show(file)}`] : []),
  ]),
  ...blocks(block, "labels")
    .filter(({ value }) => holdsKey(value))
    .map(({ label }) => `label ${show(label)}`),
  ...blocks(block, "build").flatMap((build) => inside("build_args", build.build_args ?? build.build_arg)),
  ...["env", "command", "entrypoint", "args"].flatMap((name) => inside(name, block[name])),
];

function inside(name: string, value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.filter(holdsKey).map((entry) => keyOf(name, String(entry)));
  if (!isBlock(value)) return holdsKey(value) ? [name] : [];
  return Object.keys(value)
    .filter((key) => holdsKey(value[key]))
    .map((key) => `${name} ${key}`);
}

const keyOf = (name: string, entry: string) =>
  name === "env" && entry.includes("=") ? `env ${entry.slice(0, entry.indexOf("="))}` : name;

/** PEM as it is, or in base64. */
function holdsKey(text: unknown): boolean {
  if (typeof text !== "string" || text.length < 40) return false;
  return text.includes(KEY) || (text.includes("LS0tLS1CRUdJTi") && Buffer.from(text, "base64").includes(KEY));
}

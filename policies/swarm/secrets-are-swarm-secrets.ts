import { namesSecret, soundsSecret } from "../facts/secret-names.ts";
import { isWrittenOut, secretForm } from "../facts/secret-values.ts";
import { containerSpec } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { isBlock, isKnown, show } from "../values.ts";

export const secretsAreSwarmSecrets = definePolicy({
  id: "SWM-003",
  severity: "high",
  title: "a service gets its secrets as secrets, not as variables",
  why: "The environment of a service is in the state, in the log of the managers and in `docker service inspect`.",
  avoid: `{"resource": {"docker_service": {"web": {"task_spec": {"container_spec": {
  "image": "example/app:1.0", "env": {"DB_PASSWORD": "tr0ub4dor-9x"}
}}}}}}`,
  prefer: `{"resource": {"docker_service": {"web": {"task_spec": {"container_spec": {
  "image": "example/app:1.0", "env": {"DB_PASSWORD_FILE": "/run/secrets/db"},
  "secrets": [{"secret_id": "\${var.db_secret_id}", "secret_name": "db", "file_name": "/run/secrets/db"}]
}}}}}}`,
  allowed: "secrets blocks, and NAME_FILE variables that say where they are",
  fix: "add a secrets block and set NAME_FILE to its path",
  source: "CIS Docker Benchmark 1.6.0, 7.4",
  looksAt: ["docker_service"],
  where: (resource) => (containerSpec(resource).env ?? undefined) !== undefined,
  check: (resource) => {
    const { env } = containerSpec(resource);
    if (!isBlock(env)) return [`env is ${show(env)}, so its names are not known`];
    return Object.entries(env).flatMap(([name, value]) => problem(name, value));
  },
});

/** Names only: the evidence must not carry what it warns of. */
function problem(name: string, value: unknown): readonly string[] {
  if (!isKnown(value))
    return soundsSecret(name) || namesSecret(String(value))
      ? [`${name} has a value that is known only at apply`]
      : [];
  const form = secretForm(String(value));
  if (form !== undefined) return [`${name} holds ${form}`];
  return soundsSecret(name) && isWrittenOut(String(value)) ? [`${name} has a value`] : [];
}

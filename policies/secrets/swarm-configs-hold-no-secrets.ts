import { soundsSecret } from "../facts/secret-names.ts";
import { assignmentsIn, secretForm } from "../facts/secret-values.ts";
import { definePolicy } from "../policy.ts";
import { isKnown, show } from "../values.ts";

export const swarmConfigsHoldNoSecrets = definePolicy({
  id: "SEC-004",
  severity: "high",
  title: "docker_config holds no secret",
  why: "`docker config inspect` shows the data to anyone who asks, and the provider does not even hide it in a plan.",
  avoid: `{"resource": {"docker_config": {"db": {
  "name": "db_password", "data": "dHIwdWI0ZG9yLTl4"
}}}}`,
  prefer: `{"resource": {"docker_config": {"web": {
  "name": "web.conf", "data": "cG9ydCA4MAo="
}}}}`,
  allowed: "public text",
  fix: "make it a secret of the swarm outside Terraform, and name its id",
  source: "kreuzwerker/docker, docker_config: data is not sensitive",
  looksAt: ["docker_config"],
  check: ({ block: { name, data } }) => {
    if (!isKnown(data)) return ["data is known only at apply"];
    const text = Buffer.from(String(data ?? ""), "base64").toString();
    const form = secretForm(text);
    return [
      ...(soundsSecret(String(name)) ? [`${show(name)} has the name of a secret`] : []),
      ...(form === undefined ? [] : [`data holds ${form}`]),
      ...assignmentsIn(text).map((entry) => `data gives a value to ${entry.name}`),
    ];
  },
});

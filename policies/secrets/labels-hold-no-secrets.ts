import { labelTexts } from "../facts/label-texts.ts";
import { soundsSecret } from "../facts/secret-names.ts";
import { isWrittenOut, secretForm } from "../facts/secret-values.ts";
import { definePolicy } from "../policy.ts";

export const labelsHoldNoSecrets = definePolicy({
  id: "SEC-006",
  severity: "high",
  title: "no label holds a secret",
  why: "Anyone who may list containers reads their labels; reverse proxies and dashboards do so all the time.",
  avoid: "labels: {backup.password: tr0ub4dor-9x}",
  prefer: "labels: {backup.schedule: daily}",
  allowed: "labels that anybody may read",
  fix: "deliver it as a file",
  source: "Docker Engine API, GET /containers/json",
  looksAt: ["docker_container", "docker_service", "docker_network", "docker_volume", "docker_image"],
  check: (resource) =>
    labelTexts(resource).flatMap(({ name, text }) => {
      const form = secretForm(text);
      if (form !== undefined) return [`label ${name} holds ${form}`];
      return soundsSecret(name) && isWrittenOut(text) ? [`label ${name} has a value`] : [];
    }),
});

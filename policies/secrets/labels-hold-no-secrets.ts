import { labelTexts } from "../facts/label-texts.ts";
import { looksSecret, soundsSecret } from "../facts/secret-names.ts";
import { definePolicy } from "../policy.ts";

/**
 * Anyone who may list containers reads their labels; reverse proxies and dashboards do so all the time.
 */
export const labelsHoldNoSecrets = definePolicy({
  id: "SEC-006",
  severity: "high",
  title: "no label holds a secret",
  allowed: "labels that anybody may read",
  fix: "deliver it as a file",
  source: "Docker Engine API, GET /containers/json",
  looksAt: ["docker_container", "docker_service", "docker_network", "docker_volume", "docker_image"],
  check: (resource) =>
    labelTexts(resource).flatMap(({ name, text }) => {
      if (looksSecret(text)) return [`label ${name} holds a private key or a password in a URL`];
      return soundsSecret(name) && !["", "true", "false"].includes(text) ? [`label ${name} has a value`] : [];
    }),
});

import { labelsHoldNoSecrets } from "../../../policies/secrets/labels-hold-no-secrets.ts";
import { judges } from "../judging.ts";

judges(labelsHoldNoSecrets, "SEC-006", {
  rejects: [
    {
      name: "labels that are called so, and one that holds a URL",
      given: {
        labels: [
          { label: "app.api-key", value: "k" },
          { label: "db", value: "redis://:x@r" },
        ],
      },
      evidence: ["label app.api-key has a value", "label db holds a password in a URL"],
    },
    {
      name: "labels of a service and of its containers",
      type: "docker_service",
      given: {
        labels: { label: "token", value: "t" },
        task_spec: { container_spec: { image: "a", labels: { label: "secret", value: "${var.s}" } } },
      },
      evidence: ["label token has a value", "label secret has a value"],
    },
    {
      name: "a label of a volume",
      type: "docker_volume",
      given: { labels: [{ label: "backup.password", value: "x" }] },
      evidence: ["label backup.password has a value"],
    },
    {
      name: "labels known only at apply",
      given: { labels: "${var.l}" },
      evidence: ['cannot be judged: labels is "${var.l}", which is not a block'],
    },
  ],
  accepts: [
    {
      name: "public labels and a switch",
      given: {
        labels: [
          { label: "role", value: "api" },
          { label: "use-token", value: "true" },
        ],
      },
    },
  ],
});

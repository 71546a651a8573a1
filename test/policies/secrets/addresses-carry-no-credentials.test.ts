import { addressesCarryNoCredentials } from "../../../policies/secrets/addresses-carry-no-credentials.ts";
import { judges } from "../judging.ts";

const URL_WITH = "postgres://app:hunter2@db/app";

judges(addressesCarryNoCredentials, "SEC-002", {
  rejects: [
    {
      name: "URLs wherever a container has text, without printing them",
      given: {
        env: [`DATABASE_URL=${URL_WITH}`],
        command: ["run", `--db=${URL_WITH}`],
        labels: [{ label: "db", value: URL_WITH }],
        healthcheck: { test: ["CMD", "psql", URL_WITH] },
      },
      evidence: [
        "DATABASE_URL holds a password in a URL",
        "command[1] holds a password in a URL",
        "healthcheck.test[2] holds a password in a URL",
        "label db holds a password in a URL",
      ],
    },
    {
      name: "URLs of a service",
      type: "docker_service",
      given: {
        task_spec: { container_spec: { image: "a", env: { A: "redis://:x@r" }, args: ["amqp://u:p@h"] } },
      },
      evidence: ["A holds a password in a URL", "args[0] holds a password in a URL"],
    },
    {
      name: "a command known only at apply",
      given: { command: "${var.c}" },
      evidence: ["cannot be judged: command is not a list, so its words are not known"],
    },
  ],
  accepts: [
    { name: "URLs without a password", given: { env: ["A=http://u@h:80/a@b", "B=postgres://db:5432/app"] } },
  ],
});

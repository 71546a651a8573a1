import { argumentsHoldNoSecrets } from "../../../policies/secrets/arguments-hold-no-secrets.ts";
import { judges } from "../judging.ts";

judges(argumentsHoldNoSecrets, "SEC-007", {
  rejects: [
    {
      name: "options and variables with a value, without printing it",
      given: {
        entrypoint: ["sh", "-c", "PGPASSWORD=hunter2 exec run --api-key hunter2"],
        command: ["--admin-password", "hunter2", "--token=hunter2"],
        healthcheck: { test: ["CMD-SHELL", "mosquitto_sub -u a -P hunter2 -t x"] },
      },
      evidence: [
        "entrypoint[2] gives a value to PGPASSWORD",
        "entrypoint[2] gives a value to api-key",
        "command[0] gives a value to admin-password",
        "command[2] gives a value to token",
        "healthcheck.test[1] gives a password to mosquitto_sub",
      ],
    },
    {
      name: "a URL in the arguments of a service",
      type: "docker_service",
      given: { task_spec: { container_spec: { image: "a", args: ["mqtt://u:p@b"] } } },
      evidence: ["args[0] holds a password in a URL"],
    },
    {
      name: "an entrypoint known only at apply",
      given: { entrypoint: "${var.e}" },
      evidence: ["cannot be judged: entrypoint is not a list, so its words are not known"],
    },
  ],
  accepts: [
    {
      name: "paths, variables of the shell, and words that only sound so",
      given: {
        command: [
          "--password-file",
          "/run/p",
          "--token=/run/t",
          "rotate",
          "secret",
          "--password",
          "$PASSWORD",
        ],
        healthcheck: { test: ["CMD", "mosquitto_sub", "-t", "x"] },
      },
    },
  ],
});

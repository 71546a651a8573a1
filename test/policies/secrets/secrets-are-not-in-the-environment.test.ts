import { secretsAreNotInTheEnvironment } from "../../../policies/secrets/secrets-are-not-in-the-environment.ts";
import { judges } from "../judging.ts";

judges(secretsAreNotInTheEnvironment, "SEC-001", {
  rejects: [
    {
      name: "variables that are called secrets",
      given: { env: ["DATABASE_PASSWORD=hunter2", "PGPASSWORD=hunter2", "API_KEY=k", "SESSION_TOKEN=t"] },
      evidence: [
        "DATABASE_PASSWORD has a value",
        "PGPASSWORD has a value",
        "API_KEY has a value",
        "SESSION_TOKEN has a value",
      ],
    },
    {
      name: "a password inside a URL",
      given: { env: ["DATABASE_URL=postgres://app:hunter2@postgres/app"] },
      evidence: ["DATABASE_URL holds a password in a URL"],
    },
    {
      name: "a private key",
      given: { env: ["TLS=-----BEGIN PRIVATE KEY-----\nMII"] },
      evidence: ["TLS holds a private key"],
    },
    {
      name: "a value known only at apply",
      given: { env: ["SEED=${random_password.Seed.result}"] },
      evidence: [{ severity: "medium", text: "SEED has a value that is known only at apply" }],
    },
    {
      name: "the name of a secret with a value known only at apply",
      given: { env: ["DB_PASS=${var.x}", "URL=postgres://app:${var.x}@db/app"] },
      evidence: [
        { severity: "medium", text: "DB_PASS has a value that is known only at apply" },
        { severity: "medium", text: "URL has a value that is known only at apply" },
      ],
    },
    {
      name: "a name known only at apply",
      given: { env: ["${var.name}=x"] },
      evidence: ["a variable has a name that is known only at apply"],
    },
    {
      name: "an environment known only at apply",
      given: { env: "${var.env}" },
      evidence: ["cannot be judged: env is neither a list nor a map, so its names are not known"],
    },
    {
      name: "the map of a service",
      type: "docker_service",
      given: { task_spec: { container_spec: { image: "a", env: { API_KEY: "k", PORT: 8000 } } } },
      evidence: ["API_KEY has a value"],
    },
    {
      name: "what looks like a key, under a name that says nothing",
      given: { env: ["CONNECTOR=Zx9Kd72Lq0Wm4RtYp8Vb3NcF"] },
      evidence: [{ severity: "medium", text: "CONNECTOR has a value that looks like a generated key" }],
    },
  ],
  accepts: [
    {
      name: "what looks like a key, and is none by its name",
      given: {
        env: [
          "GIT_COMMIT_SHA=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
          "VAPID_PUBLIC_KEY=Zx9Kd72Lq0Wm4RtYp8Vb3NcF",
        ],
      },
    },
    {
      name: "files that hold the secrets, and plain settings",
      given: {
        env: [
          "DATABASE_PASSWORD_FILE=/run/p",
          "DATABASE_HOST=postgres",
          "URL=http://backend:8000/a@b",
          "SHELL_TEXT=$${HOME}",
        ],
      },
    },
    {
      name: "values known only at apply of names that are no secrets'",
      given: { env: ["TZ=${var.tz}", "LOG_LEVEL="] },
    },
    {
      name: "numbers, switches and empty values",
      given: { env: ["REQUIRE_TOKEN=true", "PASSWORD=", "MAX_TOKEN=4096", "API_KEY=no"] },
    },
    { name: "a container without variables", given: {}, examined: 0 },
  ],
});

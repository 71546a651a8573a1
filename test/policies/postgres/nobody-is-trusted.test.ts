import { nobodyIsTrusted } from "../../../policies/postgres/nobody-is-trusted.ts";
import { judges } from "../judging.ts";
import { alone } from "../servers.ts";

const hba = (...lines: string[]) => alone("pg_hba.conf", lines);

judges(nobodyIsTrusted, "PGS-001", {
  rejects: [
    {
      name: "records without a proof",
      given: hba(
        "local all all trust",
        "host all app,report 10.0.0.0/8 trust",
        "host all all all scram-sha-256",
      ),
      evidence: [
        "local connections of all are trusted (pg_hba.conf line 1)",
        "host connections of app, report are trusted (pg_hba.conf line 2)",
      ],
    },
    {
      name: "the variable of the image",
      type: "docker_container",
      given: { image: "postgres:15", env: ["POSTGRES_HOST_AUTH_METHOD=trust"] },
      evidence: [{ severity: "high", text: "POSTGRES_HOST_AUTH_METHOD is trust" }],
    },
    {
      name: "the same where other machines reach it",
      type: "docker_container",
      given: {
        image: "postgres:15",
        env: ["POSTGRES_HOST_AUTH_METHOD=trust"],
        ports: { internal: 5432, external: 5432 },
      },
      evidence: ["POSTGRES_HOST_AUTH_METHOD is trust"],
    },
    {
      name: "the variable of a service",
      type: "docker_service",
      given: {
        task_spec: { container_spec: { image: "postgres:15", env: { POSTGRES_HOST_AUTH_METHOD: "trust" } } },
      },
      evidence: [{ severity: "high", text: "POSTGRES_HOST_AUTH_METHOD is trust" }],
    },
    {
      name: "a method known only at apply",
      type: "docker_container",
      given: { image: "postgres:15", env: ["POSTGRES_HOST_AUTH_METHOD=${var.m}"] },
      evidence: ["POSTGRES_HOST_AUTH_METHOD is known only at apply"],
    },
    {
      name: "a record that is none",
      given: hba("everybody all all"),
      evidence: ["cannot be judged: pg_hba.conf line 1 begins with no type of connection"],
    },
  ],
  accepts: [
    { name: "a proof for each", given: hba("local all postgres peer", "host all all all scram-sha-256") },
    { name: "the image's own choice", type: "docker_container", given: { image: "postgres:15" } },
    { name: "another server", type: "docker_container", given: { image: "redis:7" }, examined: 0 },
  ],
});

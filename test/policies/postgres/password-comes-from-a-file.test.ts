import { passwordComesFromAFile } from "../../../policies/postgres/password-comes-from-a-file.ts";
import { judges } from "../judging.ts";

judges(passwordComesFromAFile, "PGS-003", {
  rejects: [
    {
      name: "a password in the environment",
      given: { image: "postgres:15", env: ["POSTGRES_PASSWORD=hunter2"] },
      evidence: ["POSTGRES_PASSWORD is set"],
    },
    {
      name: "no password at all",
      given: { image: "postgres:15" },
      evidence: ["POSTGRES_PASSWORD_FILE is not set"],
    },
    {
      name: "variables whose names are known only at apply",
      given: { image: "postgres:15", env: ["${var.pair}"] },
      evidence: ["whether POSTGRES_PASSWORD_FILE is set is known only at apply"],
    },
    {
      name: "a service with both",
      type: "docker_service",
      given: {
        task_spec: {
          container_spec: {
            image: "postgis/postgis:16-3.4",
            env: { POSTGRES_PASSWORD: "x", POSTGRES_PASSWORD_FILE: "/p" },
          },
        },
      },
      evidence: ["POSTGRES_PASSWORD is set"],
    },
  ],
  accepts: [
    { name: "a file", given: { image: "postgres:15", env: ["POSTGRES_PASSWORD_FILE=/run/p"] } },
    {
      name: "a path known only at apply, which SEC-009 is about",
      given: { image: "postgres:15", env: ["POSTGRES_PASSWORD_FILE=${var.p}"] },
    },
    {
      name: "the file of another publisher",
      given: { image: "bitnami/postgresql:16", env: ["POSTGRESQL_PASSWORD_FILE=/run/p"] },
    },
    { name: "a job that uses the image", given: { image: "postgres:15", must_run: false }, examined: 0 },
  ],
});

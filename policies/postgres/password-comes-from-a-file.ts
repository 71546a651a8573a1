import { runs } from "../facts/deliveries.ts";
import { variableOf } from "../facts/environment.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

/**
 * A variable stands in Terraform's state and in `docker inspect`.
 */
export const passwordComesFromAFile = definePolicy({
  id: "PGS-003",
  severity: "high",
  title: "PostgreSQL reads the superuser's password from a file",
  allowed: "POSTGRES_PASSWORD_FILE, and no POSTGRES_PASSWORD",
  fix: "deliver the password as a file and name it in POSTGRES_PASSWORD_FILE",
  source: "docker-library/postgres, Docker Secrets",
  looksAt: RUNS,
  where: runs("postgres"),
  check: (container) => [
    ...(variableOf(container, "POSTGRES_PASSWORD") === undefined ? [] : ["POSTGRES_PASSWORD is set"]),
    ...((variableOf(container, "POSTGRES_PASSWORD_FILE")?.value ?? "") === ""
      ? ["POSTGRES_PASSWORD_FILE is not set"]
      : []),
  ],
});

import { unknown } from "../evidence.ts";
import { runs } from "../facts/deliveries.ts";
import { variablesOf } from "../facts/environment.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { isKnown } from "../values.ts";

/** Those of the official image and its forks, and of Bitnami's. */
const PASSWORD = /^POSTGRES(QL)?_(POSTGRES_)?PASSWORD$/;
const FILE = /^POSTGRES(QL)?_(POSTGRES_)?PASSWORD_FILE$/;

export const passwordComesFromAFile = definePolicy({
  id: "PGS-003",
  severity: "medium",
  title: "PostgreSQL reads the superuser's password from a file",
  why: "A variable stands in Terraform's state and in `docker inspect`.",
  avoid: `image: postgres:17
environment: {POSTGRES_PASSWORD: tr0ub4dor-9x}`,
  prefer: `image: postgres:17
environment: {POSTGRES_PASSWORD_FILE: /run/secrets/postgres}`,
  allowed: "POSTGRES_PASSWORD_FILE, and no POSTGRES_PASSWORD",
  fix: "deliver the password as a file and name it in POSTGRES_PASSWORD_FILE",
  source: "docker-library/postgres, Docker Secrets",
  looksAt: RUNS,
  where: runs("postgres"),
  check: (container) => {
    const all = variablesOf(container);
    const written = all.filter(({ name }) => PASSWORD.test(name));
    if (written.length > 0) return written.map(({ name }) => `${name} is set`);
    // That nobody needs one is PGS-001.
    const isTrusted = all.some(
      ({ name, value }) => name === "POSTGRES_HOST_AUTH_METHOD" && value === "trust",
    );
    if (isTrusted || all.some(({ name, text }) => FILE.test(name) && text !== "")) return [];
    return all.some(({ name }) => !isKnown(name))
      ? [unknown("whether POSTGRES_PASSWORD_FILE is set is known only at apply")]
      : ["POSTGRES_PASSWORD_FILE is not set"];
  },
});

import type { Resource } from "../document.ts";
import { type Evidence, unknown } from "../evidence.ts";
import { isFile, runs, serversOf } from "../facts/deliveries.ts";
import { variableOf } from "../facts/environment.ts";
import { byExposure } from "../facts/exposure.ts";
import { parseOnce } from "../facts/parsed-files.ts";
import { RUNS } from "../facts/services.ts";
import { parsePgHba } from "../files/pg-hba.ts";
import { definePolicy } from "../policy.ts";

export const nobodyIsTrusted = definePolicy({
  id: "PGS-001",
  severity: "critical",
  title: "PostgreSQL lets nobody in without a proof",
  why: "trust lets in anyone who can open a connection, as any role, the superuser among them.",
  avoid: `image: postgres:17
environment: {POSTGRES_HOST_AUTH_METHOD: trust}`,
  prefer: `image: postgres:17
environment: {POSTGRES_PASSWORD_FILE: /run/secrets/postgres}`,
  allowed: "POSTGRES_HOST_AUTH_METHOD unset or not trust; no record with the method trust",
  fix: "use scram-sha-256 over the network and peer inside the container",
  source: "PostgreSQL documentation, auth-trust; docker-library/postgres, POSTGRES_HOST_AUTH_METHOD",
  looksAt: ["file/pg_hba.conf", ...RUNS],
  where: (resource, stack) => isFile(resource) || runs("postgres")(resource, stack),
  check: (resource, stack) =>
    byExposure(
      serversOf(resource, stack),
      "high",
      isFile(resource) ? trusting(resource) : byVariable(resource),
    ),
});

const trusting = (file: Resource) =>
  parseOnce(file, parsePgHba)
    .filter(({ method }) => method === "trust")
    .map(({ type, users, place }) => `${type} connections of ${users.join(", ")} are trusted (${place})`);

function byVariable(container: Resource): readonly Evidence[] {
  const method = variableOf(container, "POSTGRES_HOST_AUTH_METHOD");
  if (method === undefined) return [];
  if (method.value === undefined) return [unknown("POSTGRES_HOST_AUTH_METHOD is known only at apply")];
  return method.value === "trust" ? ["POSTGRES_HOST_AUTH_METHOD is trust"] : [];
}

import type { Resource } from "../document.ts";
import { unknown } from "../evidence.ts";
import { fileAt, isFile, isServer } from "../facts/deliveries.ts";
import { variableOf } from "../facts/environment.ts";
import { parseOnce } from "../facts/parsed-files.ts";
import { POSTGRES, postgresSettings } from "../facts/postgres.ts";
import { parsePgHba } from "../files/pg-hba.ts";
import { definePolicy } from "../policy.ts";

const METHODS = ["scram-sha-256", "cert", "gss", "reject", "trust"];

/**
 * md5 hashes log in as they are once somebody has read them; password sends it in clear.
 */
export const passwordsUseScram = definePolicy({
  id: "PGS-002",
  severity: "high",
  title: "PostgreSQL checks passwords with SCRAM and stores nothing older",
  allowed:
    "password_encryption scram-sha-256 with a pg_hba.conf whose hba_file is set, or --auth-host=scram-sha-256 for initdb",
  fix: "set hba_file to a pg_hba.conf with scram-sha-256 for every host record",
  source: "PostgreSQL documentation, auth-password; docker-library/postgres#726",
  looksAt: ["file/pg_hba.conf", ...POSTGRES],
  where: (resource, stack) => resource.type === "file/pg_hba.conf" || isServer("postgres")(resource, stack),
  check: (resource, stack) => {
    if (resource.type === "file/pg_hba.conf") return otherMethods(resource);
    const settings = postgresSettings(resource, stack);
    const path = settings.last("hba_file")?.value;
    if (path === undefined) return isFile(resource) ? ["hba_file is not set"] : byInitdb(resource);
    return [
      ...settings.must("password_encryption", (value) => value === "scram-sha-256"),
      ...(fileAt(path, resource, "pg_hba.conf", stack) === undefined
        ? [`hba_file ${path} has a text that is not known here`]
        : []),
    ];
  },
});

/** What PGS-001 finds is left to it. */
const otherMethods = (file: Resource) =>
  parseOnce(file, parsePgHba)
    .filter(({ type, method }) => type !== "local" && !METHODS.includes(method))
    .map(
      ({ type, users, method, place }) =>
        `${type} connections of ${users.join(", ")} use ${method} (${place})`,
    );

function byInitdb(container: Resource): readonly string[] {
  const given = variableOf(container, "POSTGRES_INITDB_ARGS");
  if (given !== undefined && given.value === undefined)
    return [unknown("POSTGRES_INITDB_ARGS is known only at apply")];
  return /--auth(-host)?[= ]scram-sha-256/.test(given?.value ?? "")
    ? []
    : ["no hba_file is set, and POSTGRES_INITDB_ARGS has no --auth-host=scram-sha-256"];
}

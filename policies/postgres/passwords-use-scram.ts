import type { Resource, StackDocument } from "../document.ts";
import { type Evidence, unknown } from "../evidence.ts";
import { fileAt, isFile, isServer } from "../facts/deliveries.ts";
import { variableOf } from "../facts/environment.ts";
import { imageVersion } from "../facts/image-versions.ts";
import { parseOnce } from "../facts/parsed-files.ts";
import { POSTGRES, postgresSettings } from "../facts/postgres.ts";
import { parsePgHba } from "../files/pg-hba.ts";
import { definePolicy } from "../policy.ts";

/** Major version. */
const SCRAM_FROM = 14;
const METHODS = ["scram-sha-256", "cert", "gss", "reject", "trust"];

export const passwordsUseScram = definePolicy({
  id: "PGS-002",
  severity: "high",
  title: "PostgreSQL checks passwords with SCRAM and stores nothing older",
  why: "md5 hashes log in as they are once somebody has read them; password sends it in clear.",
  avoid: "image: postgres:13",
  prefer: "image: postgres:17",
  allowed:
    "PostgreSQL 14 or later with its defaults; password_encryption scram-sha-256 with a pg_hba.conf whose hba_file is set; or --auth-host=scram-sha-256 for initdb",
  fix: "set hba_file to a pg_hba.conf with scram-sha-256 for every host record",
  source: "PostgreSQL documentation, auth-password; docker-library/postgres#726",
  looksAt: ["file/pg_hba.conf", ...POSTGRES],
  where: (resource, stack) => resource.type === "file/pg_hba.conf" || isServer("postgres")(resource, stack),
  check: (resource, stack) => {
    if (resource.type === "file/pg_hba.conf") return otherMethods(resource);
    const settings = postgresSettings(resource, stack);
    const path = settings.last("hba_file")?.value;
    if (path === undefined) return isFile(resource) ? ["hba_file is not set"] : byInitdb(resource, stack);
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

/** From 14 on the image and initdb choose SCRAM by themselves, unless they are told something else. */
function byInitdb(container: Resource, stack: StackDocument): readonly Evidence[] {
  const method = variableOf(container, "POSTGRES_HOST_AUTH_METHOD")?.value;
  if (method !== undefined && !METHODS.includes(method)) return [`POSTGRES_HOST_AUTH_METHOD is ${method}`];
  const version = imageVersion(container, stack);
  const given = variableOf(container, "POSTGRES_INITDB_ARGS");
  if (given !== undefined && given.value === undefined)
    return [unknown("POSTGRES_INITDB_ARGS is known only at apply")];
  if (/--auth(-host)?[= ]scram-sha-256/.test(given?.value ?? "")) return [];
  const told = "no hba_file is set, and POSTGRES_INITDB_ARGS has no --auth-host=scram-sha-256";
  if ("major" in version) return version.major >= SCRAM_FROM ? [] : [told];
  return version.isNewest ? [] : [unknown(`${told}, and which version decides is not known`)];
}

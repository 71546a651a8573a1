import type { Resource, StackDocument } from "../document.ts";
import { usesPostgres } from "../facts/database-clients.ts";
import { firstValue } from "../facts/environment.ts";
import { type Link, leadsNowhereKnown, linksBy, staysOnTheHost } from "../facts/links.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

const ANYBODYS = ["DATABASE_HOST", "DB_HOST"];
const HOSTS = [...ANYBODYS, "PGHOST", "POSTGRES_HOST"];
const MODES = ["PGSSLMODE", "DATABASE_SSLMODE", "DB_SSLMODE", "POSTGRES_SSLMODE"];
const ENCRYPTED: readonly string[] = ["require", "verify-ca", "verify-full"];

const links = linksBy(/^postgres(ql)?(\+\w+)?$/, HOSTS);

export const databaseLinksAreEncrypted = definePolicy({
  id: "TLS-010",
  severity: "high",
  title: "connections to PostgreSQL are encrypted, or stay on the host",
  why: "libpq prefers TLS and goes on without: who can drop one packet reads the data and the password's proof.",
  avoid: 'environment: {DATABASE_URL: "postgres://app@db.example.org/app?sslmode=prefer"}',
  prefer: 'environment: {DATABASE_URL: "postgres://app@db.example.org/app?sslmode=verify-full"}',
  allowed:
    "sslmode require, verify-ca or verify-full; or a host name that a container on a shared bridge answers to",
  fix: "set sslmode=verify-full, in the URL or in PGSSLMODE; or use the database of the stack",
  source: "PostgreSQL documentation, libpq, SSL support",
  enforcedIn: ["production"],
  looksAt: RUNS,
  where: (resource, stack) => linksOf(resource, stack).length > 0,
  check: (resource, stack) => {
    const general = firstValue(resource, MODES);
    return linksOf(resource, stack)
      .filter((link) => !staysOnTheHost(link, resource, stack))
      .filter((link) => !ENCRYPTED.includes(modeOf(link) ?? general ?? ""))
      .map((link) =>
        link.host === undefined
          ? leadsNowhereKnown(link)
          : `${link.variable} leads to ${link.host}, sslmode is ${modeOf(link) ?? general ?? "not set"}`,
      );
  },
});

/** Of the variables that every database has in common, those of a client of PostgreSQL. */
const linksOf = (resource: Resource, stack: StackDocument): readonly Link[] =>
  links(resource).filter(
    ({ variable, scheme }) => scheme !== "" || !ANYBODYS.includes(variable) || usesPostgres(resource, stack),
  );

/** asyncpg calls it `ssl`. */
function modeOf({ query }: Link): string | undefined {
  const parameters = new URLSearchParams(query);
  return parameters.get("sslmode") ?? parameters.get("ssl") ?? undefined;
}

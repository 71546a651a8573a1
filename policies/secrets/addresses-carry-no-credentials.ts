import { argumentsOf, variablesOf } from "../facts/environment.ts";
import { labelTexts } from "../facts/label-texts.ts";
import { holdsCredentials } from "../facts/secret-values.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

export const addressesCarryNoCredentials = definePolicy({
  id: "SEC-002",
  severity: "high",
  title: "no URL carries a password",
  why: "A password in a URL is copied with it: into logs, errors, the history of a shell.",
  avoid: 'environment: {DATABASE_URL: "postgres://app:tr0ub4dor-9x@db/app"}',
  prefer: 'environment: {DATABASE_URL: "postgres://app@db/app", PGPASSFILE: /run/secrets/pgpass}',
  allowed: "scheme://user@host or scheme://host; the password in a file",
  fix: "take the password out of the URL and deliver it as a secret",
  source: "RFC 3986, 3.2.1: user:password in URLs is deprecated",
  looksAt: RUNS,
  check: (container) => [
    ...variablesOf(container)
      .filter(({ value }) => holdsCredentials(value ?? ""))
      .map(({ name }) => `${name} holds a password in a URL`),
    ...argumentsOf(container)
      .filter(({ text }) => holdsCredentials(text))
      .map(({ place }) => `${place} holds a password in a URL`),
    ...labelTexts(container)
      .filter(({ text }) => holdsCredentials(text))
      .map(({ name }) => `label ${name} holds a password in a URL`),
  ],
});

import { describe, expect, test } from "vitest";
import { local } from "../../config/local.ts";
import { production } from "../../config/production.ts";
import { evaluate } from "../../policies/evaluate.ts";
import { policies } from "../../policies/index.ts";
import { readTerraformJson } from "../../policies/inputs/terraform-json.ts";
import { type Mutant, mutantsOf } from "./mutants.ts";
import { type Synthesized, synthesized } from "./synthesized.ts";

/**
 * Mutants that no rule sees, with why that is no hole. At most 2 in 100 may stand here.
 */
const SURVIVORS: Readonly<Record<string, readonly string[]>> = {
  local: [
    // The rights of this user become those of the user before. Which topics a user is meant to have no file says;
    // its own clients have none left, which is noticed at once.
    'local/Mosquitto/Files/Container: /incoming/acl: without "user sensor"',
    'local/Mosquitto/Files/Container: /incoming/acl: without "user viewer"',
    // A statement that fails would be quoted in the server's log. No rule reads what psql is told of that.
    `local/Postgres/Files/Container: /incoming/start/roles.sql: without "SET log_min_error_statement = 'panic';"`,
  ],
  production: [
    // The listener for neighbours inside is gone: nobody gets in by it, and the backend says so.
    'production/Mosquitto/Files/Container: /incoming/mosquitto.conf: without "listener 1883"',
    // As above.
    'production/Mosquitto/Files/Container: /incoming/acl: without "user sensor"',
    // PGS-012 lets a database on an internal network log no connections (docs/decisions/0055).
    'production/Postgres/Files/Container: /incoming/postgresql.conf: without "log_connections = on"',
    'production/Postgres/Files/Container: /incoming/postgresql.conf: without "log_disconnections = on"',
    // As above.
    `production/Postgres/Files/Container: /incoming/start/roles.sql: without "SET log_min_error_statement = 'panic';"`,
  ],
};

/** What a rule says about the sound stack does not count: a mutant has to add something. */
function isSeen({ make }: Mutant, before: ReadonlySet<string>, read: Read): boolean {
  return said(make(), read).some((finding) => !before.has(finding));
}

type Read = Synthesized["read"];

const said = (json: unknown, read: Read): readonly string[] =>
  evaluate(readTerraformJson(json, { read }), policies).flatMap(({ findings, relaxed }) =>
    [...findings, ...relaxed].map(({ policy, path, evidence }) =>
      // A line that is gone moves those below it, which is nothing new.
      `${policy} ${path} ${evidence}`.replace(/line \d+/g, "line"),
    ),
  );

describe("every weakening of a shipped deployment is seen by a rule", { timeout: 300_000 }, () => {
  test.each([local, production])("$name", (input) => {
    const { json, read } = synthesized(input);
    const mutants = mutantsOf(json);
    const before = new Set(said(json, read));
    const survivors = mutants.filter((mutant) => !isSeen(mutant, before, read)).map(({ name }) => name);

    expect(mutants.length).toBeGreaterThan(500);
    expect(survivors).toEqual(SURVIVORS[input.name]);
    expect(survivors.length / mutants.length).toBeLessThanOrEqual(0.02);
  });
});

import { describe, expect, test } from "vitest";
import { local } from "../../config/local.ts";
import { production } from "../../config/production.ts";
import type { StackDocument } from "../../policies/document.ts";
import { evaluate } from "../../policies/evaluate.ts";
import { policies } from "../../policies/index.ts";
import { readTerraformJson } from "../../policies/inputs/terraform-json.ts";
import type { Policy } from "../../policies/policy.ts";
import { type Mutant, mutantsOf } from "./mutants.ts";
import { type Synthesized, synthesized } from "./synthesized.ts";

/**
 * Mutants that no rule sees, with why that is no hole. At most 2 in 100 may stand here.
 */
const SURVIVORS: Readonly<Record<string, readonly string[]>> = {
  local: [
    // Ten topics for each connection, as Mosquitto has them by itself. What they take depends on the size of packets, and
    // whether that is too much on how many connect: no rule weighs both against the memory.
    'local/Mosquitto/Files/Container: /incoming/mosquitto.conf: without "max_topic_alias 0"',
    // The rights of this user become those of the user before. Which topics a user is meant to have no file says;
    // its own clients have none left, which is noticed at once.
    'local/Mosquitto/Files/Container: /incoming/acl: without "user sensor"',
    'local/Mosquitto/Files/Container: /incoming/acl: without "user viewer"',
    // PostgreSQL says the same of its log by itself, and without an archive nobody has a slot that could hold log back.
    'local/Postgres/Files/Container: /incoming/postgresql.conf: without "wal_level = replica"',
    'local/Postgres/Files/Container: /incoming/postgresql.conf: without "max_slot_wal_keep_size = 1024MB"',
    `local/Postgres/Files/Container: /incoming/start/roles.sql: without "DO $$ BEGIN PERFORM pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name ~ '^exploreiot_archive_'; END $$;"`,
    // A statement that fails would be quoted in the server's log. No rule reads what psql is told of that.
    `local/Postgres/Files/Container: /incoming/start/roles.sql: without "SET log_min_error_statement = 'panic';"`,
    // VOL-002 lets data on a developer's machine be destroyed; that a person has named it no file says.
    "local/Mosquitto/Data/Volume: prevent_destroy removed",
    "local/Postgres/Data17/Volume: prevent_destroy removed",
    "local/Redis/Data/Volume: prevent_destroy removed",
  ],
  production: [
    // The listener for neighbours inside is gone: nobody gets in by it, and the backend says so.
    'production/Mosquitto/Files/Container: /incoming/mosquitto.conf: without "listener 1883"',
    // As above, for each listener.
    'production/Mosquitto/Files/Container: /incoming/mosquitto.conf: without "max_topic_alias 0"',
    'production/Mosquitto/Files/Container: /incoming/mosquitto.conf: without "max_topic_alias 0"',
    // As above.
    'production/Mosquitto/Files/Container: /incoming/acl: without "user sensor"',
    // As above.
    'production/Postgres/Files/Container: /incoming/postgresql.conf: without "wal_level = replica"',
    'production/Postgres/Files/Container: /incoming/postgresql.conf: without "max_slot_wal_keep_size = 1024MB"',
    // PGS-012 lets a database on an internal network log no connections (docs/decisions/0055).
    'production/Postgres/Files/Container: /incoming/postgresql.conf: without "log_connections = on"',
    'production/Postgres/Files/Container: /incoming/postgresql.conf: without "log_disconnections = on"',
    // As above.
    `production/Postgres/Files/Container: /incoming/start/roles.sql: without "DO $$ BEGIN PERFORM pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name ~ '^exploreiot_archive_'; END $$;"`,
    `production/Postgres/Files/Container: /incoming/start/roles.sql: without "SET log_min_error_statement = 'panic';"`,
  ],
};

type Read = Synthesized["read"];

/**
 * Whether a rule says about a mutant what it does not say about the sound stack. Rules are asked one after the other until
 * one does, first those that saw the last mutants: neighbours are often seen by the same.
 */
class Judges {
  readonly #before: ReadonlySet<string>;
  readonly #read: Read;
  #rules: readonly Policy[] = policies;

  constructor(json: unknown, read: Read) {
    this.#read = read;
    this.#before = new Set(said(this.#document(json), policies));
  }

  see({ make }: Mutant): boolean {
    const document = this.#document(make());
    const first = this.#rules.find((rule) => said(document, [rule]).some((text) => !this.#before.has(text)));
    if (first !== undefined) this.#rules = [first, ...this.#rules.filter((rule) => rule !== first)];
    return first !== undefined;
  }

  #document(json: unknown): StackDocument {
    return readTerraformJson(json, { read: this.#read });
  }
}

/** All findings, also those of the rules that hold for every list. */
const said = (document: StackDocument, rules: readonly Policy[]): readonly string[] =>
  evaluate(document, rules).flatMap(({ findings, relaxed }) =>
    [...findings, ...relaxed].map(({ policy, path, evidence }) =>
      // A line that is gone moves those below it, which is nothing new.
      `${policy} ${path} ${evidence}`.replace(/line \d+/g, "line"),
    ),
  );

describe("every weakening of a shipped deployment is seen by a rule", { timeout: 300_000 }, () => {
  test.each([local, production])("$name", (input) => {
    const { json, read } = synthesized(input);
    const mutants = mutantsOf(json);
    const judges = new Judges(json, read);
    const survivors = mutants.filter((mutant) => !judges.see(mutant)).map(({ name }) => name);

    expect(mutants.length).toBeGreaterThan(500);
    expect(survivors).toEqual(SURVIVORS[input.name]);
    expect(survivors.length / mutants.length).toBeLessThanOrEqual(0.02);
  });
});

import { expect, test } from "vitest";
import { parsePostgresqlConf } from "../../../policies/files/postgresql-conf.ts";

test("reads names in any case, quotes, and values without an equals sign", () => {
  const conf = [
    "# port = 1",
    "",
    "Port = 5432 # the usual",
    "listen_addresses '*'",
    "a.b = 'it''s \\'so\\''",
    "work_mem=4MB",
  ];

  expect(parsePostgresqlConf(conf.join("\r\n"))).toEqual([
    { name: "port", value: "5432", place: "postgresql.conf line 3" },
    { name: "listen_addresses", value: "*", place: "postgresql.conf line 4" },
    { name: "a.b", value: "it's 'so'", place: "postgresql.conf line 5" },
    { name: "work_mem", value: "4MB", place: "postgresql.conf line 6" },
  ]);
});

test.each([
  {
    text: "include_if_exists 'other.conf'",
    says: "postgresql.conf line 1: include_if_exists names settings that are not known here",
  },
  { text: "port = 'open", says: "postgresql.conf line 1 is no setting" },
  { text: "port", says: "postgresql.conf line 1 is no setting" },
])("does not read $text", ({ text, says }) => {
  expect(() => parsePostgresqlConf(text)).toThrow(says);
});

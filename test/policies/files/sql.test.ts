import { expect, test } from "vitest";
import { parseSql } from "../../../policies/files/sql.ts";

test("reads statements, texts of every kind, names, comments and commands of psql", () => {
  const script = [
    "\\set password `cat /run/p`",
    "-- CREATE ROLE x;",
    "create role \"App\" password :'password'; /* a; b */ SELECT 'it''s',",
    "  E'a\\'b', $f$ c; $f$;",
    "DROP TABLE a.b",
  ];

  expect(parseSql(script.join("\n"))).toEqual([
    { words: ["\\set password `cat /run/p`"], texts: [], line: 1 },
    { words: ["CREATE", "ROLE", "App", "PASSWORD", ":'password'"], texts: [], line: 3 },
    {
      words: ["SELECT", "'…'", ",", "'…'", ",", "'…'"],
      texts: ["'it''s'", "E'a\\'b'", "$f$ c; $f$"],
      line: 3,
    },
    { words: ["DROP", "TABLE", "A.B"], texts: [], line: 5 },
  ]);
});

test("does not read a text that has no end", () => {
  expect(() => parseSql("SELECT 1;\nSELECT 'a")).toThrow("script.sql line 2: a quote does not end");
});

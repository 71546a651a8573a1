import { expect, test } from "vitest";
import { parsePgHba } from "../../../policies/files/pg-hba.ts";

test("reads lists, quotes, masks, comments, options and lines that go on", () => {
  const hba = [
    "# type database user address method",
    'local  all  "a b",c  peer map=m # known',
    "host a, b all 10.0.0.0 255.0.0.0 \\",
    "  scram-sha-256",
    "hostssl all all ::1/128 cert clientcert=verify-full",
    "host all all fe80:: ffff:: reject",
  ];

  expect(parsePgHba(hba.join("\n"))).toEqual([
    {
      type: "local",
      databases: ["all"],
      users: ["a b", "c"],
      address: "",
      method: "peer",
      options: ["map=m"],
      place: "pg_hba.conf line 2",
    },
    {
      type: "host",
      databases: ["a", "b"],
      users: ["all"],
      address: "10.0.0.0 255.0.0.0",
      method: "scram-sha-256",
      options: [],
      place: "pg_hba.conf line 3",
    },
    {
      type: "hostssl",
      databases: ["all"],
      users: ["all"],
      address: "::1/128",
      method: "cert",
      options: ["clientcert=verify-full"],
      place: "pg_hba.conf line 5",
    },
    {
      type: "host",
      databases: ["all"],
      users: ["all"],
      address: "fe80:: ffff::",
      method: "reject",
      options: [],
      place: "pg_hba.conf line 6",
    },
  ]);
});

test.each([
  { text: "include other.conf", says: "pg_hba.conf line 1: include names records that are not known here" },
  { text: "remote all all all md5", says: "pg_hba.conf line 1 begins with no type of connection" },
  { text: "local all all", says: "pg_hba.conf line 1 names no method" },
])("does not read $text", ({ text, says }) => {
  expect(() => parsePgHba(text)).toThrow(says);
});

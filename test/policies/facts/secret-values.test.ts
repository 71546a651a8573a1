import { describe, expect, test } from "vitest";
import { holdsCredentials, isWrittenOut, secretForm } from "../../../policies/facts/secret-values.ts";

describe("secrets are told by their form", () => {
  test.each([
    ["-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE", "a private key"],
    [`ghp_${"a1B2".repeat(9)}`, "a token of GitHub"],
    [`glpat-${"x".repeat(20)}`, "a token of GitLab"],
    ["AKIAIOSFODNN7EXAMPLE", "an access key of AWS"],
    ["xoxb-123456789012-abcdef", "a token of Slack"],
    [`sk_live_${"4eC39HqL".repeat(3)}`, "a key of Stripe"],
    ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w", "a signed token"],
    ["amqp://app:Tr0ub4dor@mq/", "a password in a URL"],
    ["redis://:Tr0ub4dor@cache:6379/0", "a password in a URL"],
    ["jdbc:mysql://db/app?user=app&password=Tr0ub4dor", "a password in a URL"],
    ["Server=db;Database=app;User Id=app;Password=Tr0ub4dor;", "a password in a connection string"],
    ["Host=db;Username=app;Pwd=Tr0ub4dor", "a password in a connection string"],
  ])("%s", (text, form) => {
    expect(secretForm(text)).toBe(form);
  });

  test.each([
    "https://user@example.org/path",
    "http://backend:8000/a@b",
    "jdbc:postgresql://db/app?user=app&ssl=true",
    "https://example.org/reset?password=",
    "Server=db;Trusted_Connection=True;",
    "password",
    "eyJhbGciOiJIUzI1NiJ9",
  ])("and not in %s", (text) => {
    expect(secretForm(text)).toBeUndefined();
  });

  test("a URL whose password comes later holds credentials all the same", () => {
    expect(holdsCredentials("postgres://app:${DB_PASSWORD}@db/app")).toBe(true);
  });
});

describe("a value that opens no door is none", () => {
  test("switches, numbers, words for nothing, and where a secret is", () => {
    const values = [
      "",
      "yes",
      "off",
      "False",
      "1",
      "0",
      "4096",
      "none",
      "/run/secrets/db",
      "vault:secret/data/db#pw",
    ];

    expect(values.filter(isWrittenOut)).toEqual([]);
  });

  test("everything else is", () => {
    const values = ["Tr0ub4dor", "changeme", "123456", "/K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72", "a b"];

    expect(values.filter(isWrittenOut)).toEqual(values);
  });
});

import { describe, expect, test } from "vitest";
import {
  holdsCredentials,
  isWrittenOut,
  looksRandom,
  secretForm,
} from "../../../policies/facts/secret-values.ts";

describe("secrets are told by their form", () => {
  test.each([
    ["-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE", "a private key"],
    [`ghp_${"a1B2".repeat(9)}`, "a token of GitHub"],
    [`glpat-${"x".repeat(20)}`, "a token of GitLab"],
    ["AKIAIOSFODNN7EXAMPLE", "an access key of AWS"],
    ["xoxb-123456789012-abcdef", "a token of Slack"],
    [`sk_live_${"4eC39HqL".repeat(3)}`, "a key of Stripe"],
    ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w", "a signed token"],
    [`AIza${"Sy1_x".repeat(7)}`, "an API key of Google"],
    [`SG.${"a1B2".repeat(5)}.${"c3D4".repeat(8)}`, "a key of SendGrid"],
    [`npm_${"a1B2c3".repeat(6)}`, "a token of npm"],
    [`dckr_pat_${"a1B2".repeat(6)}`, "a token of Docker Hub"],
    [`hf_${"a1B2c3".repeat(6)}`, "a token of Hugging Face"],
    [`sk-proj-${"a1B2".repeat(10)}`, "a key of an AI service"],
    [`123456789:${"AAa1_".repeat(7)}`, "a token of a Telegram bot"],
    [`AGE-SECRET-KEY-1${"QPZRY".repeat(12)}`, "a private key of age"],
    [`hvs.${"CAES".repeat(6)}`, "a token of Vault"],
    ["https://discord.com/api/webhooks/1234567890/aBcD-eF_gh", "the address of a webhook"],
    [`DefaultEndpointsProtocol=https;AccountKey=${"a1B2".repeat(12)}==`, "an account key of Azure"],
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

describe("what a generator of keys made is told by chance", () => {
  test.each([
    "Zx9Kd72Lq0Wm4RtYp8Vb3NcF",
    "b2Q0kXv9ZpL1rT7uYw3eAs5dFg8hJk6l+/A=",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
  ])("%s", (text) => {
    expect(looksRandom(text)).toBe(true);
  });

  test.each([
    ["words", "SomeVeryLongNameOfAClass2Handler"],
    ["a host", "db01-primary.eu-west-1.example.org"],
    ["a path", "/usr/local/Lib/python3.11/Site"],
    ["a UUID", "3f2504e0-4f89-11d3-9a0c-0305e82c3301"],
    ["a short one", "Zx9Kd72Lq0"],
    ["digits alone", "12345678901234567890123456789012"],
    ["one letter many times", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1"],
    ["a name with a serial number", "exploreiot_site_4f3a9b2c1d0e"],
    ["a path with a commit", "srv/builds/8e338a0b9cd0/app_2"],
    ["a list", "Alpha1,Beta2,Gamma3,Delta4,Eps5"],
  ])("and not in %s", (_, text) => {
    expect(looksRandom(text)).toBe(false);
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

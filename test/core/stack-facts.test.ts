import { expect, test } from "vitest";
import { readContainerFacts, readStackFacts } from "../../core/stack-facts.ts";
import { errorText } from "../support/error-text.ts";

const of = (exploreiot: unknown) => ({ "//": { metadata: {}, exploreiot } });
const whole = {
  version: 1,
  deployment: "demo",
  policies: { stopAt: "high", waivers: [] },
  listeners: [{ listener: "https", address: "0.0.0.0", port: 443, protocol: "tcp", tls: true }],
  database: { name: "app", owner: "plant" },
  firewall: { table: "exploreiot_demo", scope: "host", confirmSeconds: 60 },
  preflight: { hosts: ["iot.example.org"], issued: true, builtOn: "2026-11-22" },
};

test("the facts of a stack are read as they were written, and what does not apply is left out", () => {
  const least = { version: 1, deployment: "demo", policies: {}, listeners: [] };

  expect(readStackFacts(of(whole), "f")).toEqual(whole);
  expect(readStackFacts(of(least), "f")).toEqual(least);
});

test.each<[string, unknown]>([
  ["no comment", { resource: {} }],
  ["a comment that is text", { "//": "by hand" }],
  ["waivers alone", of({ waivers: [] })],
  ["a list", of([])],
  ["nothing", null],
])("JSON of others with %s states no facts", (_, json) => {
  expect(readStackFacts(json, "f")).toBeUndefined();
});

test.each<[string, unknown, string]>([
  [
    "a newer version",
    { ...whole, version: 2 },
    '"//".exploreiot.version: got 2; allowed: 1, the only one that this version of the kit reads\n  → synthesize the stack again with this version, or use the one that wrote it',
  ],
  [
    "a port that is none",
    { ...whole, listeners: [{ ...whole.listeners[0], port: "443" }] },
    '"//".exploreiot.listeners.0.port: Invalid input: expected number, received string\n  → synthesize the stack again',
  ],
])("facts with %s are refused", async (_, facts, problem) => {
  expect(await errorText(() => readStackFacts(of(facts), "stack.json"))).toBe(`stack.json: ${problem}`);
});

test("the facts of a container say what leads there, where its limits are set and how its secrets come to be", () => {
  const facts = {
    kind: "edge",
    listeners: [{ listener: "https", internal: 8443 }],
    limitsAt: "edge.limits",
    origins: {
      "/incoming/acl": ["user a ", { secret: "a", as: "redis" }],
      "/incoming/edge.crt": {
        pair: "pki/edge",
        name: "edge",
        subject: "s",
        hosts: ["h"],
        authority: "pki/a",
      },
      "/incoming/ca.crt": { authority: "pki/a" },
    },
  };

  expect(readContainerFacts(of(facts), "f")).toEqual(facts);
  expect(readContainerFacts({ name: "foreign" }, "f")).toBeUndefined();
});

test("damaged facts of a container are refused", async () => {
  expect(await errorText(() => readContainerFacts(of({ listeners: [] }), "c"))).toBe(
    'c: "//".exploreiot.origins: Invalid input: expected record, received undefined\n  → synthesize the stack again',
  );
});

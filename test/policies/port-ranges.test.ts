import { expect, test } from "vitest";
import { evaluate } from "../../policies/evaluate.ts";
import { policies } from "../../policies/index.ts";
import { stackOf } from "./examples.ts";

/** The findings on a service and its ports, as `ID evidence`. */
const saidOf = (ports: string) =>
  evaluate(stackOf(`image: mysql:8.4\nports: [${ports}]`), policies).flatMap(({ findings, relaxed }) =>
    [...findings, ...relaxed].map(({ policy, evidence }) => `${policy} ${evidence}`),
  );

test("a range of 10,000 ports is one finding of each rule, as one port is", () => {
  const one = saidOf("'30000:30000'");
  const many = saidOf("'30000-39999:30000-39999'");

  const ids = (said: readonly string[]) => said.map((text) => text.slice(0, 7));
  expect(ids(many)).toEqual(ids(one));
  expect(many.filter((text) => text.startsWith("NET-006"))).toEqual([
    "NET-006 port 30000-39999 (host port 30000-39999 of every address) is published",
  ]);
});

test("a range of 10,000 ports that two services take is one finding", () => {
  const both = `services: {a: {image: "example/a:1", ports: ["30000-39999:30000-39999"]}, b: {image: "example/b:1", ports: ["30000-39999:30000-39999"]}}`;
  const said = evaluate(stackOf(both), policies).find(({ policy }) => policy.id === "NET-022");

  expect(said?.findings.map(({ path, evidence }) => `${path}: ${evidence}`)).toEqual([
    "services.b: host port 30000-39999/tcp is also taken by services.a",
  ]);
});

import { expect, test } from "vitest";
import type { DeploymentInput } from "../../config/schema.ts";
import { evaluate } from "../../policies/evaluate.ts";
import { policies } from "../../policies/index.ts";
import { readTerraformJson } from "../../policies/inputs/terraform-json.ts";
import type { IotStack } from "../../stacks/iot-stack.ts";
import { errorText } from "../support/error-text.ts";
import { elementAt, synthesized } from "./synthesized.ts";

const API = "Backend/api/Container";
const PAGE = "Frontend/Service/Container";
const site = (environment: "local" | "production", change: object): DeploymentInput => ({
  name: "site",
  environment,
  hosts: ["iot.example.org"],
  ...change,
});

/** The findings of the rules about published ports, as `ID path: evidence`. */
function found(input: DeploymentInput, change?: (stack: IotStack) => void): readonly string[] {
  const { json, read } = synthesized(input, change);
  return evaluate(readTerraformJson(json, { read }), policies)
    .flatMap(({ findings }) => findings)
    .filter(({ policy }) => ["NET-001", "TLS-001", "TLS-002"].includes(policy))
    .map(({ policy, path, evidence }) => `${policy} ${path}: ${evidence}`);
}

test("a listener is expected no matter how the image of its service is called", () => {
  expect(found(site("local", { frontend: { image: "registry.example/nginx-page:1" } }))).toEqual([]);
});

test("clear text is told by the listener, not by the port inside", () => {
  const input = site("production", {
    backend: { image: "registry.example/nginx-app:1", port: 8443 },
    listeners: { backend: { bind: "lan" }, https: {}, mqtts: {} },
  });

  expect(found(input)).toEqual([
    `TLS-002 site/${API}: port 8443 (host port 8000 of 0.0.0.0) of backend is in clear text`,
  ]);
});

test("a port that an override moves is seen, since no listener has it", () => {
  const ports = [{ internal: 3000, external: 3001, ip: "127.0.0.1", protocol: "tcp" }];

  expect(found(site("local", {}), (stack) => elementAt(stack, PAGE).addOverride("ports", ports))).toEqual([
    `NET-001 site/${PAGE}: port 3000 (host port 3001 of 127.0.0.1) of frontend`,
  ]);
});

test("facts of a later version are refused, not guessed", async () => {
  const { json } = synthesized(site("local", {}), (stack) => stack.addOverride("//.exploreiot.version", 2));

  expect(await errorText(() => readTerraformJson(json))).toMatch(
    /^\S+: "\/\/"\.exploreiot\.version: got 2; allowed: 1,/,
  );
});

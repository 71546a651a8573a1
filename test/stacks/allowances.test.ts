import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { local } from "../../config/local.ts";
import { production } from "../../config/production.ts";
import { judge } from "../../policies/gate.ts";
import { errorText } from "../support/error-text.ts";
import { Sandbox } from "../support/synthesized.ts";

const allowed = { reason: "the vendor ships it like that", expires: "2099-12-31" };

/** Needs everything that a service may ask for. */
const service = {
  image: "registry.example/store:1.2",
  user: "0:0" as const,
  port: 9000,
  health: { path: "/" },
  listener: { port: 9443, bind: "lan" as const },
  allow: { root: allowed, writableRoot: allowed, clearText: allowed, tag: allowed, origin: allowed },
};

function judged(environment: object, tool: object): Promise<string> {
  const sandbox = new Sandbox();
  sandbox.json({ ...environment, services: { tool } } as never);
  const result = errorText(() => {
    judge([{ file: join(sandbox.folder, "cdk.tf.json"), ownRules: [] }]);
  });
  sandbox.remove();
  return result;
}

describe("everything that a service may ask for, with reasons, is accepted in", () => {
  test.each([
    ["local", { ...local, hosts: production.hosts }],
    ["production", production],
  ])("%s", async (_, environment) => {
    await expect(judged(environment, service)).rejects.toThrow("nothing was thrown");
  });
});

test.each([
  ["clearText", "TLS-002"],
  ["tag", "IMG-001"],
  ["origin", "IMG-003"],
])("production stops where allow.%s is not asked for", async (name, rule) => {
  const { [name as "tag"]: _, ...allow } = service.allow;
  expect(await judged(production, { ...service, allow })).toContain(rule);
});

import { expect, onTestFinished, test } from "vitest";
import { parseDeployment } from "../../config/parse.ts";
import type { DeploymentInput } from "../../config/schema.ts";
import { errorText } from "../support/error-text.ts";
import { Sandbox } from "../support/synthesized.ts";

function backend(state: DeploymentInput["state"]): unknown {
  const sandbox = new Sandbox();
  onTestFinished(() => sandbox.remove());
  const { terraform } = sandbox.json({ state });
  return JSON.parse(JSON.stringify(terraform.backend).replaceAll(sandbox.name, "NAME"));
}

test.each<[string, DeploymentInput["state"], object]>([
  [
    "http locks at its own address unless another is given",
    { backend: "http", address: "https://states.example.org/iot" },
    {
      http: {
        address: "https://states.example.org/iot",
        lock_address: "https://states.example.org/iot",
        unlock_address: "https://states.example.org/iot",
        lock_method: "LOCK",
        unlock_method: "UNLOCK",
      },
    },
  ],
  ["pg has a schema and no address", { backend: "pg" }, { pg: { schema_name: "exploreiot_state" } }],
  [
    "s3 is encrypted and locked",
    { backend: "s3", bucket: "states", region: "eu-west-3" },
    {
      s3: {
        bucket: "states",
        key: "exploreiot/NAME.tfstate",
        region: "eu-west-3",
        encrypt: true,
        use_lockfile: true,
      },
    },
  ],
])("%s", (_, state, expected) => {
  expect(backend(state)).toEqual(expected);
});

test("an address with a password in it is refused, and the password not shown", async () => {
  const state = { backend: "http", address: "https://me:hunter2@states.example.org/" };
  const text = await errorText(() => parseDeployment({ name: "site", state }, "site.yaml"));

  expect(text).toContain("state.address: ");
  expect(text).toContain("set TF_HTTP_USERNAME and TF_HTTP_PASSWORD in the environment");
  expect(text).not.toContain("hunter2");
});

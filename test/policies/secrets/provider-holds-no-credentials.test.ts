import { expect, test } from "vitest";
import { providerHoldsNoCredentials } from "../../../policies/secrets/provider-holds-no-credentials.ts";
import { reportOf } from "../judging.ts";

const found = (docker: object) =>
  reportOf(providerHoldsNoCredentials, { provider: { docker } }).findings.map(({ evidence }) => evidence);

test("rejects credentials that are written out, without printing them", () => {
  const docker = [
    { key_material: "-----BEGIN KEY" },
    {
      alias: "b",
      registry_auth: [{ address: "registry.test", password: "hunter2", config_file_content: "{}" }],
    },
  ];

  expect(found(docker)).toEqual([
    "key_material is written out",
    'password for "registry.test" is written out',
    'config_file_content for "registry.test" is written out',
  ]);
});

test("accepts variables, files and the provider's own environment", () => {
  const docker = [
    {},
    { alias: "b", registry_auth: { address: "a", password: "${var.p}", config_file: "~/.docker" } },
  ];

  expect(reportOf(providerHoldsNoCredentials, { provider: { docker } })).toEqual({
    examined: 2,
    findings: [],
  });
});

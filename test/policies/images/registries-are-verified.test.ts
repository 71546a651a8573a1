import { expect, test } from "vitest";
import { registriesAreVerified } from "../../../policies/images/registries-are-verified.ts";
import { judges } from "../judging.ts";
import { said } from "../reports.ts";

judges(registriesAreVerified, "IMG-008", {
  rejects: [
    {
      name: "a push to anybody",
      given: { insecure_skip_verify: true },
      evidence: ["insecure_skip_verify is true"],
    },
    {
      name: "what is known only at apply",
      given: { insecure_skip_verify: "${var.skip}" },
      evidence: ['insecure_skip_verify is "${var.skip}", known only at apply'],
    },
  ],
  accepts: [{ name: "a verified registry", given: { name: "registry.example/app:1" } }],
});

test("looks at what is read from a registry too", () => {
  const data = { docker_registry_image: { redis: { name: "redis:7", insecure_skip_verify: true } } };

  expect(said(registriesAreVerified, { data }).findings).toEqual([
    "stack/data.docker_registry_image.redis: insecure_skip_verify is true",
  ]);
});

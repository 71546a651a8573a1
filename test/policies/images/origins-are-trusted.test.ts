import { expect, test } from "vitest";
import { originsAreTrusted } from "../../../policies/images/origins-are-trusted.ts";
import { judges } from "../judging.ts";
import { said } from "../reports.ts";
import { withSpec } from "../services.ts";
import { DIGEST } from "./images.ts";

judges(originsAreTrusted, "IMG-003", {
  rejects: [
    {
      name: "somebody's image",
      given: { name: "somebody/redis:7" },
      evidence: ['image is "somebody/redis:7", from docker.io: no official image, and not pinned'],
    },
    {
      name: "one of another registry",
      type: "docker_container",
      given: { image: "quay.io/library/redis:7" },
      evidence: ['image is "quay.io/library/redis:7", from quay.io: no official image, and not pinned'],
    },
    {
      name: "one of a service of a swarm",
      type: "docker_service",
      given: withSpec({ image: "somebody/redis:7" }),
      evidence: ['image is "somebody/redis:7", from docker.io: no official image, and not pinned'],
    },
    {
      name: "what is known only at apply",
      given: { name: "${var.image}" },
      evidence: ['image is "${var.image}", known only at apply'],
    },
  ],
  accepts: [
    { name: "an official image", given: { name: "eclipse-mosquitto:2.0.20" } },
    { name: "an image that is pinned", given: { name: `somebody/redis@${DIGEST}` } },
  ],
});

test("trusts a registry that the provider logs in to", () => {
  const { examined, findings } = said(originsAreTrusted, {
    provider: { docker: [{ registry_auth: [{ address: "https://registry.example:5000/v2/" }] }] },
    resource: {
      docker_image: {
        App: { name: "registry.example:5000/team/app:1" },
        Other: { name: "registry.example/a:1" },
      },
    },
  });

  expect(examined).toBe(2);
  expect(findings).toEqual([
    'stack/docker_image.Other: image is "registry.example/a:1", from registry.example: no official image, and not pinned',
  ]);
});

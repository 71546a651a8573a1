import { expect, test } from "vitest";
import { tagsAreFixed } from "../../../policies/images/tags-are-fixed.ts";
import { judges } from "../judging.ts";
import { said } from "../reports.ts";
import { withSpec } from "../services.ts";
import { DIGEST, RECIPES } from "./images.ts";

judges(tagsAreFixed, "IMG-002", {
  rejects: [
    { name: "no tag", given: { name: "redis" }, evidence: ['image is "redis", without a tag'] },
    {
      name: "the latest",
      given: { name: "redis:latest" },
      evidence: ['image is "redis:latest", a tag that moves'],
    },
    {
      name: "a port that is no tag",
      given: { name: "localhost:5000/redis" },
      evidence: ['image is "localhost:5000/redis", without a tag'],
    },
    {
      name: "the latest of a container",
      type: "docker_container",
      given: { image: "ghcr.io/a/b:latest" },
      evidence: ['image is "ghcr.io/a/b:latest", a tag that moves'],
    },
    {
      name: "the latest of a service of a swarm",
      type: "docker_service",
      given: withSpec({ image: "redis:nightly" }),
      evidence: ['image is "redis:nightly", a tag that moves'],
    },
    {
      name: "what is known only at apply",
      given: { name: "redis:${var.tag}" },
      evidence: ['image is "redis:${var.tag}", known only at apply'],
    },
  ],
  accepts: [
    { name: "a release", given: { name: "redis:7.4-bookworm" } },
    { name: "a digest", given: { name: `redis@${DIGEST}` } },
    {
      name: "an image that is made from a recipe",
      given: { name: "exploreiot/redis:abc" },
      around: RECIPES,
      examined: 0,
    },
  ],
});

test("reads the images of a Dockerfile", () => {
  const text =
    "ARG GIVEN\nFROM debian\nFROM ${GIVEN}\nCOPY --from=tool:latest /a /a\nCOPY --from=tool:1 /a /a\n";

  expect(said(tagsAreFixed, {}, { Dockerfile: text })).toEqual({
    examined: 1,
    findings: [
      'Dockerfile: line 2: the image is "debian", without a tag',
      'Dockerfile: line 4: the image is "tool:latest", a tag that moves',
    ],
    relaxed: [],
    notEnforceable: ["Dockerfile: line 3: ${GIVEN} is chosen by a build argument"],
  });
});

import { expect, test } from "vitest";
import { imagesArePinned } from "../../../policies/images/images-are-pinned.ts";
import { judges } from "../judging.ts";
import { said } from "../reports.ts";
import { DIGEST, LOCAL, RECIPES } from "./images.ts";

judges(imagesArePinned, "IMG-001", {
  rejects: [
    { name: "a tag", given: { name: "redis:7.4" }, evidence: ['image is "redis:7.4", without a digest'] },
    {
      name: "a tag that a container names",
      type: "docker_container",
      given: { image: "redis:7.4" },
      evidence: ['image is "redis:7.4", without a digest'],
    },
    {
      name: "a tag that only looks like one of a recipe",
      given: { name: "exploreiot/redis:abd" },
      around: RECIPES,
      evidence: ['image is "exploreiot/redis:abd", without a digest'],
    },
    { name: "no name", given: {}, evidence: ["image is not set"] },
    { name: "no image", given: { name: "a b" }, evidence: ['cannot be judged: "a b" names no image'] },
    {
      name: "what is known only at apply",
      given: { name: "${var.image}" },
      evidence: ['image is "${var.image}", known only at apply'],
    },
  ],
  accepts: [
    { name: "a digest", given: { name: `redis:7.4@${DIGEST}` } },
    { name: "the id of an image", type: "docker_container", given: { image: DIGEST } },
    {
      name: "an image that is made from a recipe",
      given: { name: "exploreiot/redis:abc" },
      around: RECIPES,
      examined: 0,
    },
    { name: "an image that is built", given: { name: "app", build: { context: "." } }, examined: 0 },
    {
      name: "a container that leaves it to an image of the stack",
      type: "docker_container",
      given: { image: "${docker_image.Redis.image_id}" },
      around: { docker_image: { Redis: { name: `redis@${DIGEST}` } } },
    },
  ],
});

test("is relaxed for a stack that is local", () => {
  const resource = { docker_image: { Subject: { name: "redis:7.4" } }, ...LOCAL };

  expect(said(imagesArePinned, { resource })).toEqual({
    examined: 1,
    findings: [],
    relaxed: ['stack/docker_image.Subject: image is "redis:7.4", without a digest'],
    notEnforceable: [],
  });
});

test("reads the images of a Dockerfile", () => {
  const text = `ARG GIVEN\nFROM debian:bookworm AS build\nFROM redis@${DIGEST}\nFROM \${GIVEN}\nFROM build\n`;

  expect(said(imagesArePinned, {}, { "app/Dockerfile": text })).toEqual({
    examined: 1,
    findings: ['app/Dockerfile: line 2: the image is "debian:bookworm", without a digest'],
    relaxed: [],
    notEnforceable: ["app/Dockerfile: line 4: ${GIVEN} is chosen by a build argument"],
  });
});

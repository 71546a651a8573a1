import { describe, expect, test } from "vitest";
import { platformsAreStated } from "../../../policies/images/platforms-are-stated.ts";
import { said } from "../reports.ts";

const found = (provider: object, image: object) =>
  said(platformsAreStated, { provider: { docker: [provider] }, resource: { docker_image: { app: image } } });
const REMOTE = { host: "ssh://admin@server.example" };

describe("IMG-009 an image that is built for a remote engine states its platform", () => {
  test.each([
    ["no platform", REMOTE, { build: { context: "." } }, "not set"],
    ["an empty platform", { context: "server" }, { build: [{ platform: "" }] }, '""'],
    ["an engine that is known only at apply", { host: "${var.host}" }, { build: {} }, "not set"],
    [
      "what is known only at apply",
      REMOTE,
      { build: { platform: "${var.p}" } },
      '"${var.p}", known only at apply',
    ],
  ])("rejects %s", (_, provider, image, shown) => {
    expect(found(provider, image).findings).toEqual([`stack/docker_image.app: build.platform is ${shown}`]);
  });

  test.each([
    ["a platform", REMOTE, { build: { platform: "linux/arm64" } }, 1],
    ["a build for the engine here", { host: "unix:///var/run/docker.sock" }, { build: {} }, 0],
    ["a provider that says nothing", {}, { build: {} }, 0],
    ["an image that is pulled", REMOTE, { name: "redis:7" }, 0],
  ])("accepts %s", (_, provider, image, examined) => {
    expect(found(provider, image)).toEqual({ examined, findings: [], relaxed: [], notEnforceable: [] });
  });
});

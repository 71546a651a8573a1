import { afterAll, describe, expect, test } from "vitest";
import { missing, TestDeployment, titled } from "../../support/e2e.ts";
import { inspect } from "./tiny.ts";

/** A deployment that has every service. */
const everything = new TestDeployment({
  name: "e2e-images",
  environment: "production",
  hosts: ["iot.example.org"],
  tls: { certificate: { source: "acme", email: "ops@example.org" } },
});
const IMAGES = [
  ...["backend", "base", "edge", "firewall", "frontend", "mosquitto", "node", "node-build", "postgres"],
  ...["probe", "python", "redis", "renewer"],
];

describe.skipIf(missing.docker)(titled("the images of the kit", missing.docker), () => {
  afterAll(() => everything.forget());

  test("are made by one command, each from what its tag says", { timeout: 900_000 }, async () => {
    const { code, stdout, stderr } = await everything.kit("images", "--json");
    expect(code, stderr).toBe(0);
    const tags = (JSON.parse(stdout) as { readonly tag: string }[]).map(({ tag }) => tag);
    const labels = tags.map((tag) => inspect(tag, '{{index .Config.Labels "exploreiot.context"}}'));

    expect(tags.map((tag) => /^exploreiot\/(.+):/.exec(tag)?.[1]).sort()).toEqual(IMAGES);
    expect(await Promise.all(labels)).toEqual(tags.map((tag) => tag.replace(/.*:/, "")));
  });
});

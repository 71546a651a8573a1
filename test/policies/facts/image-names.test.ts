import { describe, expect, test } from "vitest";
import { parseImageName } from "../../../policies/facts/parse-image-name.ts";

const digest = `sha256:${"0".repeat(64)}`;

describe("the name of an image", () => {
  test.each([
    ["postgres", "docker.io", "library/postgres", undefined, undefined],
    ["postgres:17", "docker.io", "library/postgres", "17", undefined],
    ["index.docker.io/library/redis:7", "docker.io", "library/redis", "7", undefined],
    ["timescale/timescaledb:2.17", "docker.io", "timescale/timescaledb", "2.17", undefined],
    ["localhost/app", "localhost", "app", undefined, undefined],
    ["localhost:5000/app", "localhost:5000", "app", undefined, undefined],
    [`ghcr.io/a/b:1@${digest}`, "ghcr.io", "a/b", "1", digest],
    [`redis@${digest}`, "docker.io", "library/redis", undefined, digest],
  ])("%s", (text, registry, repository, tag, found) => {
    expect(parseImageName(text)).toEqual({ registry, repository, tag, digest: found });
  });

  test.each(["", "two words", "redis@sha256:short", "a@b"])("%j is none", (text) => {
    expect(() => parseImageName(text)).toThrow(`${JSON.stringify(text)} names no image`);
  });
});

import { expect, test } from "vitest";
import type { ImageRecipe } from "../../../core/image-recipe.ts";
import { buildCommand } from "../../../runners/images/build.ts";
import { buildCa } from "../../../runners/images/stage.ts";

const recipe: ImageRecipe = {
  tag: "exploreiot/node:0123456789abcdef",
  context: "images/node",
  target: "node-build",
  buildArgs: { BASE: "exploreiot/base:1", PYTHON: "exploreiot/python:2" },
  parents: ["exploreiot/base:1", "exploreiot/python:2"],
  source: "auto",
};

test("the build is one command, with the proxy's address taken from the environment and not from argv", () => {
  expect(
    buildCommand(
      recipe,
      "/staged",
      { options: ["--force-rm"] },
      { HTTPS_PROXY: "http://user:secret@proxy.example", NO_PROXY: "" },
    ),
  ).toEqual([
    "docker",
    "build",
    "--force-rm",
    "--tag=exploreiot/node:0123456789abcdef",
    "--label=exploreiot.context=0123456789abcdef",
    "--build-arg=BASE=exploreiot/base:1",
    "--build-arg=PYTHON=exploreiot/python:2",
    "--build-arg=HTTPS_PROXY",
    "--target=node-build",
    "--file=/staged/Dockerfile",
    "/staged/context",
  ]);
});

test.each([
  [
    { EXPLOREIOT_BUILD_CA: import.meta.filename, NODE_EXTRA_CA_CERTS: import.meta.dirname },
    import.meta.filename,
  ],
  [{ NODE_EXTRA_CA_CERTS: import.meta.filename }, import.meta.filename],
  [{ EXPLOREIOT_BUILD_CA: "/nowhere.pem", NODE_EXTRA_CA_CERTS: import.meta.filename }, import.meta.filename],
  [{ NODE_EXTRA_CA_CERTS: "" }, undefined],
  [{}, undefined],
])("the build's certificate authorities for %j are %s", (env, expected) => {
  expect(buildCa(env)).toBe(expected);
});

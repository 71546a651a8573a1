import { chmodSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ImageRecipe } from "../../../core/image-recipe.ts";
import { buildCommand } from "../../../runners/images/build.ts";
import { buildCa } from "../../../runners/images/stage.ts";
import { run } from "../../../runners/run.ts";
import { bundled } from "../../support/bundled.ts";
import { temporaryFolder, write } from "../../support/temporary-folder.ts";

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

const staging = await bundled(
  "stage",
  'import { stageContext } from "./runners/images/stage.ts"; const [from = "", to = ""] = process.argv.slice(2); await stageContext(from, to, undefined);',
);

test.each(["077", "000", "022"])("what is staged has the same modes with the umask %s", async (umask) => {
  const folder = temporaryFolder();
  write(folder, "from/run.sh", "");
  write(folder, "from/app/deep/inside.py", "");
  chmodSync(join(folder, "from", "run.sh"), 0o700);
  const stage = `umask ${umask}; exec "$0" "$@"`;
  await run(["sh", "-c", stage, process.execPath, staging, join(folder, "from"), join(folder, "to")]);
  const { stdout } = await run(["find", join(folder, "to"), "-printf", "%m %y /%P\n"]);

  expect(stdout.trim().split("\n").toSorted()).toEqual([
    "644 f /app/deep/inside.py",
    "644 f /ca/placeholder",
    "755 d /",
    "755 d /app",
    "755 d /app/deep",
    "755 d /ca",
    "755 f /run.sh",
  ]);
});

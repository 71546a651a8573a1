import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { custom, Sandbox } from "../support/synthesized.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

const sandbox = new Sandbox();
let wrapper: string;

beforeAll(() => {
  sandbox.synthesize(custom);
  const delivery = sandbox.stack().containers.find(({ name }) => name.endsWith("-backend-files"));
  const upload = delivery?.uploads.find(({ file }) => file.endsWith("/with-secrets.sh"));
  wrapper = (upload as { content: string }).content;
});
afterAll(() => sandbox.remove());

describe("the wrapper for images that know no secret files", () => {
  const run = async (secrets: Readonly<Record<string, string>>, command: readonly string[]) => {
    const folder = temporaryFolder();
    for (const [name, value] of Object.entries(secrets)) write(folder, name, value);
    const script = write(folder, "with-secrets.sh", wrapper.replaceAll("/run/exploreiot", folder));
    const env = { PATH: process.env.PATH, SECRET_VARIABLES: "ONE TWO", PLAIN: "kept" };
    return (await promisify(execFile)("/bin/sh", [script, ...command], { env })).stdout;
  };

  test("exports each secret, whatever characters it has, and nothing of its own", async () => {
    const secrets = { ONE: "a b'\"$HOME`id`\\", TWO: "postgresql://u:p@h/d?x=1&y" };
    const print = "console.log(JSON.stringify(process.env))";
    const { PATH, PWD, OLDPWD, SHLVL, _, ...seen } = JSON.parse(
      await run(secrets, [process.execPath, "-e", print]),
    );

    expect(seen).toEqual({ ...secrets, PLAIN: "kept" });
  });

  test("becomes the program, with its arguments as they are", async () => {
    const print = "console.log(JSON.stringify(process.argv.slice(1)))";
    const args = ["a b", "", "$HOME", "--", "x'y"];

    expect(
      JSON.parse(await run({ ONE: "1", TWO: "2" }, [process.execPath, "-e", print, "--", ...args])),
    ).toEqual(args);
  });

  test("starts nothing when a secret is missing", async () => {
    await expect(run({ ONE: "1" }, ["echo", "started"])).rejects.toMatchObject({ stdout: "" });
  });
});

test("a secret that stands alone is delivered from the store itself, a composed one from a file beside it", () => {
  const uploads = sandbox.stack().containers.find(({ name }) => name.endsWith("-backend-files"))?.uploads;
  const sources = uploads?.flatMap((upload) => ("source" in upload ? [upload.source] : []));

  expect(sources).toEqual(["../../../files/backend/DATABASE_URL", "../../../secrets/own-session-key"]);
});

describe("what stands for a reference", () => {
  const filling = new Sandbox();
  afterAll(() => filling.remove());

  test("is filled into build arguments, and its braces for text stay text", () => {
    const args = {
      BASE: "{exploreiot/base}",
      URL: "{backend.publicUrl}/",
      NAME: "{{deployment.name}",
      DATA: '{"a":1}',
    };
    filling.synthesize({ frontend: { build: { context: "examples/three-roles/frontend", args } } });
    const { recipes } = filling.stack();
    const base = recipes.find(({ context }) => context === "images/base");
    const own = recipes.find(({ context }) => context === "examples/three-roles/frontend");

    expect({ buildArgs: own?.buildArgs, parents: own?.parents }).toEqual({
      buildArgs: { BASE: base?.tag, URL: "http://{host}:8000/", NAME: "{deployment.name}", DATA: '{"a":1}' },
      parents: [base?.tag],
    });
  });
});

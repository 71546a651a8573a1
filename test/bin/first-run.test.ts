import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { groundProblem } from "../../bin/ground.js";
import { areInstalled } from "../../bin/packages.js";
import { projectRoot } from "../../core/home.ts";
import { run } from "../../runners/run.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

describe("the ground", () => {
  test.each([
    ["linux", "20.19.0"],
    ["darwin", "22.12.0"],
    ["linux", "26.0.0"],
  ])("is good: %s with Node %s", (platform, version) => {
    expect(groundProblem(platform, version)).toBe(undefined);
  });

  test.each([
    [
      "linux",
      "20.18.3",
      "error: Node 20.18.3; allowed: 20.19 or newer\n  → https://nodejs.org/en/download\n",
    ],
    [
      "darwin",
      "18.20.4",
      "error: Node 18.20.4; allowed: 20.19 or newer\n  → https://nodejs.org/en/download\n",
    ],
    [
      "win32",
      "24.0.0",
      "error: Windows itself; allowed: Linux, macOS, and Linux inside Windows (WSL2)\n  → wsl --install, then clone and run this inside: https://learn.microsoft.com/windows/wsl/install\n",
    ],
  ])("is refused: %s with Node %s", (platform, version, said) => {
    expect(groundProblem(platform, version)).toBe(said);
  });

  test.each([
    ["that is not there", "/nowhere/at/all"],
    ["that is a file", "/etc/passwd"],
    ["that is another one for each program", "relative"],
  ])("is refused: a folder for temporary files %s", (_, folder) => {
    expect(groundProblem("linux", "24.0.0", folder)).toBe(
      `error: the folder for temporary files (TMPDIR): ${folder}; allowed: the absolute path of a folder that this user may write\n  → name such a folder in TMPDIR, or unset it\n`,
    );
  });
});

describe("packages", () => {
  const a = { version: "1.0.0", integrity: "sha512-a" };
  const forMac = { version: "2.0.0", integrity: "sha512-m", optional: true };
  const wanted = { "": { name: "x" }, "node_modules/a": a, "node_modules/mac": forMac };

  /** Whether packages are there, by what npm has written into its record. */
  function installed(packages: object | string | undefined): boolean {
    const folder = temporaryFolder();
    write(folder, "package-lock.json", JSON.stringify({ packages: wanted }));
    const text = typeof packages === "string" ? packages : JSON.stringify({ packages });
    if (packages !== undefined) write(folder, "node_modules/.package-lock.json", text);
    return areInstalled(folder);
  }

  test("are there when the user's own npm ci put them there", () => {
    expect([
      installed({ "node_modules/a": a }),
      installed({ "node_modules/a": a, "node_modules/mac": forMac }),
    ]).toEqual([true, true]);
  });

  test.each([
    ["nothing was installed", undefined],
    ["npm was ended before it wrote its record", ""],
    ["one is missing", {}],
    ["one is of another version", { "node_modules/a": { ...a, version: "1.0.1" } }],
    ["one is not what it was", { "node_modules/a": { ...a, integrity: "sha512-b" } }],
    [
      "one for this system is of another version",
      { "node_modules/a": a, "node_modules/mac": { ...forMac, version: "1.0.0" } },
    ],
  ])("are not there when %s", (_, packages) => {
    expect(installed(packages)).toBe(false);
  });
});

/** As git leaves it: nothing is installed, and nothing made. */
async function freshClone(): Promise<string> {
  const folder = temporaryFolder();
  const files = ["bin", "core", "cli", "config", "main.ts", "package.json", "package-lock.json"].map(
    (name) => `${projectRoot}/${name}`,
  );
  await run(["cp", "-r", ...files, folder]);
  return folder;
}

test("a clone in a folder with a backslash in its name says so", async () => {
  const folder = join(temporaryFolder(), "back\\slash");
  await run(["cp", "-r", `${projectRoot}/bin`, folder]);
  const { stderr } = await run([process.execPath, `${folder}/exploreiot.js`, "--help"], { expected: [1] });

  expect(stderr).toBe(
    `error: ${folder}: a path with a backslash, from which Node loads no modules\n  → rename that folder, or clone to another place\n`,
  );
});

test("a fresh clone on a machine without npm says so", async () => {
  const folder = await freshClone();

  const { code, stderr } = await run([process.execPath, `${folder}/bin/start.js`], {
    env: { PATH: folder },
    expected: [1],
  });

  expect({ code, stderr: stderr.replace(/^warning: .*\n/, "") }).toEqual({
    code: 1,
    stderr: `· npm ci (${folder})\nerror: npm ci failed (spawn npm ENOENT); check the network and the messages above, then run this again\n`,
  });
});

test("a fresh clone says what to run instead of showing where Node stumbled", async () => {
  const folder = await freshClone();

  const { code, stderr } = await run([process.execPath, `${folder}/bin/exploreiot.js`, "--help"], {
    expected: [1],
  });

  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: `error: the packages of the kit are not installed in ${folder}, or not all of them\n  → npm ci installs them; npm start does that, too, and deploys the local stack\n`,
  });
});

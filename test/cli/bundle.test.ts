import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import { run } from "../../runners/run.ts";
import { bundleFiles, MANIFEST, packed, sealed } from "../support/bundle.ts";
import { openssl } from "../support/openssl.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

const bundle = (...args: readonly string[]) =>
  run([process.execPath, join(projectRoot, "bin/exploreiot.js"), "bundle", ...args], { expected: [0, 1] });

test("a key pair is made once: one file for its owner alone, one for everyone", async () => {
  const key = join(temporaryFolder(), "release.key");
  const first = await bundle("key", key, "--json");
  const made = readFileSync(key, "utf8");
  const second = await bundle("key", key);

  expect([first.code, second.code]).toEqual([0, 1]);
  expect(JSON.parse(first.stdout)).toEqual({ privateKey: key, publicKey: `${key}.pub` });
  expect([key, `${key}.pub`].map((path) => (statSync(path).mode & 0o777).toString(8))).toEqual([
    "400",
    "644",
  ]);
  expect((await openssl("pkey", "-in", key, "-noout", "-text")).stdout).toMatch(/^ED25519 Private-Key:/);
  expect(second.stderr).toBe(
    `error: ${key}: is there already\n  → name another file: a lost key cannot be made again\n`,
  );
  expect(readFileSync(key, "utf8")).toBe(made);
});

test("verify tells of a bundle as people and programs read it, and of one that it refuses", async () => {
  const folder = temporaryFolder();
  const key = join(folder, "release.key");
  await bundle("key", key);
  const path = await packed(sealed(bundleFiles(), readFileSync(key, "utf8")));
  const told = await bundle("verify", path, "--key", `${key}.pub`);
  const json = await bundle("verify", path, "--key", `${key}.pub`, "--json");
  const unsigned = await bundle("verify", path, "--unsigned");
  const forgotten = await bundle("verify", path);
  const both = await bundle("verify", path, "--unsigned", "--key", `${key}.pub`);
  const id = /key ([0-9A-F]{16})/.exec(readFileSync(`${key}.pub`, "utf8"))?.[1];
  const what = `${path}: demo, 1 images, made ${MANIFEST.made} by version 0.1.0; whole, `;

  expect(told.stdout).toBe(`${what}signed by the key ${id}.\n`);
  expect(unsigned.stdout).toBe(`${what}nobody asked who signed it.\n`);
  const { deployment, kit, made, platform } = MANIFEST;
  expect(JSON.parse(json.stdout)).toEqual({
    ...{ deployment, kit, made, platform, images: ["exploreiot/demo:1"], file: path, signedBy: id },
  });
  expect([forgotten.code, forgotten.stderr]).toEqual([
    1,
    "error: --key is missing: the public key of who made the bundle\n  → or say --unsigned\n",
  ]);
  expect(both.stderr).toBe("error: --key and --unsigned: allowed is one of them\n  → leave --unsigned out\n");
});

test("create says what is missing before it makes an image", async () => {
  const folder = temporaryFolder();
  const site = write(folder, "site.yaml", "name: a\n");
  const none = await bundle("create", "-c", site, "-o", join(folder, "a.tar"));

  expect([none.code, none.stderr, existsSync(join(folder, "a.tar"))]).toEqual([
    1,
    "error: --key is missing: a private key, which exploreiot bundle key FILE makes\n  → or say --unsigned\n",
    false,
  ]);
});

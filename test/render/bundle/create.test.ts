import { chmodSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeKeyPair } from "../../../core/minisign.ts";
import { createBundle } from "../../../render/bundle/create.ts";
import { bundleFiles, packed } from "../../support/bundle.ts";
import { errorText } from "../../support/error-text.ts";
import { temporaryFolder, write } from "../../support/temporary-folder.ts";

/** The error about options that cannot be used: before an engine is asked for anything, and with nothing written. */
async function refusal(options: { readonly key?: string; readonly since?: string }): Promise<string> {
  const folder = temporaryFolder();
  const create = createBundle({
    ...{ deployment: "demo", files: {}, images: ["none"], output: join(folder, "site.tar") },
    ...{ signal: new AbortController().signal, ...options },
  });
  const said = await errorText(() => create);
  expect(readdirSync(folder)).toEqual([]);
  return said;
}

const keyFile = (text: string, mode = 0o400) => {
  const path = write(temporaryFolder(), "release.key", text);
  chmodSync(path, mode);
  return path;
};

test("a key that is not there, is none, or that others may read signs nothing", async () => {
  const none = join(temporaryFolder(), "release.key");
  const wrong = keyFile("none");
  const open = keyFile(makeKeyPair().privateKey, 0o440);

  expect([await refusal({ key: none }), await refusal({ key: wrong }), await refusal({ key: open })]).toEqual(
    [
      `${none}: no such file\n  → make a key: exploreiot bundle key ${none}`,
      `${wrong}: not a private key for bundles (Ed25519, PEM)\n  → make one: exploreiot bundle key FILE`,
      `${open}: others than its owner may read it, and could sign in your name\n  → chmod 0400 ${open}`,
    ],
  );
});

test("a folder that is not there is said before an image is packed", async () => {
  const output = join(temporaryFolder(), "none", "site.tar");
  const create = createBundle({
    ...{ deployment: "demo", files: {}, images: ["none"], output, signal: new AbortController().signal },
  });

  expect(await errorText(() => create)).toMatch(/site\.tar: cannot be written \(ENOENT/);
});

test("nothing is left out for the sake of an older bundle that is damaged", async () => {
  const since = await packed(bundleFiles());

  expect(await refusal({ since })).toBe(
    `${since}: cut short: it has no SHA256SUMS; nothing of it was used\n  → copy it here again, or have it made again`,
  );
});

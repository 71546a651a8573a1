import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeKeyPair } from "../../../core/minisign.ts";
import { readBundle, type Trust } from "../../../render/bundle/read.ts";
import { bundleFiles, MANIFEST, type Packed, packed, sealed } from "../../support/bundle.ts";
import { errorText } from "../../support/error-text.ts";
import { temporaryFolder, write } from "../../support/temporary-folder.ts";

const pair = makeKeyPair();
const keyFile = () => write(temporaryFolder(), "release.key.pub", pair.publicKey);

/** The text that a person reads, with the path of the bundle as FILE. */
async function refusal(path: string, trust: Trust = "anyone"): Promise<string> {
  return (await errorText(() => readBundle(path, trust))).replaceAll(path, "FILE");
}

describe("a bundle", () => {
  test("that is signed is read whole", async () => {
    const path = await packed(sealed(bundleFiles(), pair.privateKey));
    const { manifest, rendered, sums, signedBy } = await readBundle(path, { key: keyFile() });

    expect(manifest).toEqual(MANIFEST);
    expect(rendered).toEqual({
      "deployment.sh": "# Read by start.sh.\nproject=exploreiot-demo\n",
      "config/redis/redis.conf": "port 6379\n",
      "bundle.json": JSON.stringify(MANIFEST),
    });
    expect([...sums.keys()]).toEqual(bundleFiles().map(([name]) => name));
    expect(signedBy).toBe(/key ([0-9A-F]{16})/.exec(pair.publicKey)?.[1]);
  });

  test("that is not signed is taken on request alone", async () => {
    const path = await packed(sealed(bundleFiles()));

    expect((await readBundle(path, "anyone")).signedBy).toBeUndefined();
    expect(await refusal(path, { key: keyFile() })).toBe(
      "FILE: not signed, so anyone on its way here could have changed it\n" +
        "  → have it made with --key, or take it as it is with --unsigned",
    );
  });

  test("with a flipped byte is refused, wherever it is", async () => {
    const path = await packed(sealed(bundleFiles(), pair.privateKey));
    const whole = readFileSync(path);
    const key = keyFile();
    // The last two blocks are padding, which nobody reads.
    const places = Array.from({ length: 150 }, (_, index) =>
      Math.floor((index * (whole.length - 1024)) / 150),
    );
    const taken: number[] = [];
    for (const place of places) {
      const bytes = Buffer.from(whole);
      bytes[place] = (bytes[place] as number) ^ 1;
      writeFileSync(path, bytes);
      const { manifest } = await readBundle(path, { key }).catch(() => ({ manifest: undefined }));
      if (manifest !== undefined) taken.push(place);
    }
    // Of a header, owner, time and mode count for nothing, and of a signature its untrusted comment.
    const isContent = (place: number) =>
      contentPlaces(whole).some(([from, to]) => from <= place && place < to);
    expect(taken.filter(isContent)).toEqual([]);
    expect(places.some(isContent)).toBe(true);
  });

  test("that is cut short is refused, at any length", async () => {
    const path = await packed(sealed(bundleFiles(), pair.privateKey));
    const whole = readFileSync(path);
    const key = keyFile();
    const end = whole.length - 1024;
    for (let length = 0; length < end; length += 256) {
      writeFileSync(path, whole.subarray(0, length));
      const said = await refusal(path, { key });
      expect(said, `${length} bytes`).toMatch(/^FILE: (cut short|not signed)/);
    }
    expect(statSync(path).size).toBeGreaterThan(end - 512);
  });

  const files = bundleFiles();
  const extra = (...more: readonly Packed[]) => sealed([...files, ...more]);
  const NOT_OURS = "nothing of it was used\n  → exploreiot bundle create makes bundles; do not use this file";
  const AGAIN = "nothing of it was used\n  → copy it here again, or have it made again";
  const misplaced = (path: string) =>
    `FILE: has a file at a place where no bundle has one: ${JSON.stringify(path)}; ${NOT_OURS}`;

  test.each([
    [
      "a path that leads out of it",
      extra(["render/../../etc/passwd", "x"]),
      misplaced("render/../../etc/passwd"),
    ],
    ["an absolute path", extra(["/etc/passwd", "x"]), misplaced("/etc/passwd")],
    ["a backslash in a path", extra(["render/..\\x", "x"]), misplaced("render/..\\x")],
    ["a line break in a path", extra(["render/a\nb", "x"]), misplaced("render/a\nb")],
    ["an empty step in a path", extra(["render//x", "x"]), misplaced("render//x")],
    ["a file elsewhere", extra(["home/x", "x"]), misplaced("home/x")],
    ["a secret of the server", extra(["render/secrets/hash-key", "x"]), misplaced("render/secrets/hash-key")],
    ["the variables of the server", extra(["render/.env", "x"]), misplaced("render/.env")],
    [
      "a link",
      extra(["render/link", "", { type: "symlink", linkname: "/etc" }]),
      `FILE: has a symlink: "render/link"; ${NOT_OURS}`,
    ],
    [
      "a device",
      extra(["render/null", "", { type: "character-device" }]),
      `FILE: has a character-device: "render/null"; ${NOT_OURS}`,
    ],
    [
      "a file twice",
      [...sealed(files), ["render/deployment.sh", "x"] as const],
      `FILE: has "render/deployment.sh" twice; ${NOT_OURS}`,
    ],
    [
      "a file that is not in the checksums",
      [...sealed(files), ["images/more", "x"] as const],
      `FILE: images/more is not in SHA256SUMS; ${AGAIN}`,
    ],
    [
      "a file less",
      sealed(files).filter(([path]) => path !== "images/manifest.json"),
      `FILE: images/manifest.json is missing; ${AGAIN}`,
    ],
    [
      "a file that was changed",
      sealed(files).map(([path, text]) => [path, path === "images/manifest.json" ? "[1]" : text] as const),
      `FILE: images/manifest.json is not as it was made; ${AGAIN}`,
    ],
    ["no checksums", files, `FILE: cut short: it has no SHA256SUMS; ${AGAIN}`],
    [
      "checksums that are none",
      [...files, ["SHA256SUMS", "none\n"] as const],
      `FILE: SHA256SUMS is no list of checksums; ${AGAIN}`,
    ],
    [
      "the folder of another deployment",
      sealed(bundleFiles({ ...MANIFEST, deployment: "other" })),
      `FILE: says that it is of other, and its rendered folder is not; ${AGAIN}`,
    ],
    [
      "no word of what it is",
      sealed(files.filter(([path]) => path !== "render/bundle.json")),
      `FILE: has no render/bundle.json that can be read; ${AGAIN}`,
    ],
    [
      "a shape of a later version",
      sealed(bundleFiles({ ...MANIFEST, version: 2 })),
      "FILE: render/bundle.json is not what this version of the kit reads (version: Invalid input: expected 1)\n" +
        "  → use the version of the kit that made it",
    ],
    [
      "33 MiB of text",
      extra(["render/big", "x".repeat(33 * 1024 * 1024)]),
      `FILE: has more than 33554432 bytes besides images and providers; ${AGAIN}`,
    ],
  ] as const)("with %s is refused", async (_, content: readonly Packed[], said) => {
    expect(await refusal(await packed(content))).toBe(said);
  });

  test("of more files than any deployment has is refused", async () => {
    const many = Array.from({ length: 20_001 }, (_, index): Packed => [`images/${index}`, ""]);
    expect(await refusal(await packed(many))).toBe(`FILE: has more than 20000 files; ${NOT_OURS}`);
  });

  test("that is none, or not there, is refused", async () => {
    const folder = temporaryFolder();
    const text = write(folder, "text", "not a bundle\n".repeat(100));
    expect(await refusal(text)).toMatch(/^FILE: cut short, or not a bundle \(/);
    expect(await refusal(join(folder, "none"))).toBe("FILE: no such file\n  → name the file of a bundle");
  });
});

/** Where in an archive content and the first letters of names are, from the sizes in its headers. */
function contentPlaces(archive: Buffer): readonly (readonly [number, number])[] {
  const places: [number, number][] = [];
  for (let at = 0; archive[at] !== 0; ) {
    const size = Number.parseInt(archive.toString("latin1", at + 124, at + 135), 8);
    const isSignature = archive.toString("latin1", at, at + 18) === "SHA256SUMS.minisig";
    const from = at + 512 + (isSignature ? archive.subarray(at + 512).indexOf("\n") : 0);
    places.push([from, at + 512 + size], [at, at + 10]);
    at += 512 * (1 + Math.ceil(size / 512));
  }
  return places;
}

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkSignature, makeKeyPair, signature } from "../../core/minisign.ts";
import { errorText } from "../support/error-text.ts";
import { openssl } from "../support/openssl.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Made by minisign 0.11 itself: `minisign -G -W`, `minisign -S -t 'a trusted comment'`. */
const MINISIGN = {
  key: "untrusted comment: minisign public key A7F0D224A687B0AB\nRWSrsIemJNLwp9sgaYzEzF1OxMs9t2HdxjMI7t+7nkpCys2P0Y1zU/UN\n",
  message: "signed by minisign itself\n",
  signature: [
    "untrusted comment: signature from minisign secret key",
    "RUSrsIemJNLwpzWxG/Om0kk3xSBR3UcTlEIvBc4PkMY0NcXZypy+3jO9aBCVBxHQrV4Ydm4sfs2YSrt+1SyNMZagnOUb4AkDgQA=",
    "trusted comment: a trusted comment",
    "GJEkN63Lgar8otC107xRIrjBHjLD3VJEcqkPCZHKvaaMyCqwOiya1rGy5kef/JbnF6xSiSWyQjBRBvz0oWxCCA==",
    "",
  ].join("\n"),
};
const NAMED = { file: "site.tar", key: "release.pub" };

/** What `openssl` says of an Ed25519 signature by a key that stands in a minisign public key. */
async function opensslSays(message: Buffer, own: Buffer, publicKey: string): Promise<string> {
  const folder = temporaryFolder();
  const [key, text, sig] = ["key.der", "text", "sig"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const raw = Buffer.from(publicKey.split("\n")[1] ?? "", "base64").subarray(10);
  writeFileSync(key, Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), raw]));
  writeFileSync(text, message);
  writeFileSync(sig, own);
  const named = ["-pubin", "-keyform", "DER", "-inkey", key, "-rawin", "-in", text, "-sigfile", sig];
  return (await openssl("pkeyutl", "-verify", ...named)).stdout.trim();
}

async function blake2b512(message: string): Promise<Buffer> {
  const file = join(temporaryFolder(), "message");
  writeFileSync(file, message);
  const { stdout } = await openssl("dgst", "-blake2b512", "-r", file);
  return Buffer.from(stdout.split(" ")[0] ?? "", "hex");
}

describe("a signature", () => {
  test("of minisign is taken, and the id of its key is the one that minisign prints", () => {
    const { message, signature, key } = MINISIGN;
    expect(checkSignature(message, signature, key, NAMED)).toBe("A7F0D224A687B0AB");
  });

  test("is one that openssl verifies, over the BLAKE2b-512 and over the comment", async () => {
    const { privateKey, publicKey } = makeKeyPair();
    const [, line = "", comment, whole = ""] = signature("text\n", privateKey, "of a test", "key").split(
      "\n",
    );
    const bytes = Buffer.from(line, "base64");
    const own = bytes.subarray(10);

    expect(bytes.subarray(0, 10)).toEqual(
      Buffer.concat([
        Buffer.from("ED"),
        Buffer.from(publicKey.split("\n")[1] ?? "", "base64").subarray(2, 10),
      ]),
    );
    expect(comment).toBe("trusted comment: of a test");
    expect([
      await opensslSays(await blake2b512("text\n"), own, publicKey),
      await opensslSays(
        Buffer.concat([own, Buffer.from("of a test")]),
        Buffer.from(whole, "base64"),
        publicKey,
      ),
      await opensslSays(await blake2b512("other\n"), own, publicKey),
    ]).toEqual([
      "Signature Verified Successfully",
      "Signature Verified Successfully",
      "Signature Verification Failure",
    ]);
  });

  const { message, key } = MINISIGN;
  const changed = (line: number, change: (text: string) => string) =>
    MINISIGN.signature
      .split("\n")
      .map((text, index) => (index === line ? change(text) : text))
      .join("\n");
  const another = makeKeyPair();
  const unlike = "site.tar: its signature is not right: it was changed\n  → get the file again";

  test.each([
    ["of another text", [`${message} `, MINISIGN.signature, key], unlike],
    ["with another comment", [message, changed(2, (text) => `${text}!`), key], unlike],
    ["with a flipped bit", [message, changed(1, (text) => text.replace("NcXZ", "NcXY")), key], unlike],
    [
      "of the older kind, which signs the file itself",
      [message, changed(1, (text) => text.replace("RUSr", "RWSr")), key],
      "site.tar: its signature is not one of minisign\n  → get the file again",
    ],
    [
      "that is empty",
      [message, "", key],
      "site.tar: its signature is not one of minisign\n  → get the file again",
    ],
    [
      "by a key that is no key",
      [message, MINISIGN.signature, "untrusted comment: x\nabc\n"],
      "release.pub: not a public key of minisign\n  → name the file that ends with .pub, which exploreiot bundle key wrote next to the private key",
    ],
  ] as const)("%s is refused", async (_, [text, signature, publicKey], said) => {
    expect(await errorText(() => checkSignature(text, signature, publicKey, NAMED))).toBe(said);
  });

  test("by another key names both", async () => {
    const text = await errorText(() => checkSignature(message, MINISIGN.signature, another.publicKey, NAMED));
    const [, id] = /public key ([0-9A-F]{16})/.exec(another.publicKey) ?? [];
    expect(text).toBe(
      `site.tar: signed by the key A7F0D224A687B0AB, and release.pub is the key ${id}\n` +
        "  → name the public key of who made the file, which has to come to you in another way than the file",
    );
  });

  test("is not made with what is no private key", async () => {
    expect(await errorText(() => signature("text", "none", "comment", "release.key"))).toBe(
      "release.key: not a private key for bundles (Ed25519, PEM)\n  → make one: exploreiot bundle key FILE",
    );
  });
});

import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { UserError } from "./errors.ts";

/**
 * Signatures and public keys in the format of minisign (https://jedisct1.github.io/minisign/), so that its program can
 * check them where the kit is not. Ed25519 over the BLAKE2b-512 of a file. The private key is PKCS#8, as Node writes it:
 * minisign's own private format needs a BLAKE2b-256, which Node does not have.
 */
const ALGORITHM = "Ed";
const PREHASHED = "ED";
const ID_BYTES = 8;
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

export interface KeyPair {
  /** PEM. */
  readonly privateKey: string;

  /** The two lines of a minisign public key. */
  readonly publicKey: string;
}

export function makeKeyPair(): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const raw = rawKey(publicKey);
  const line = Buffer.concat([Buffer.from(ALGORITHM), idOf(raw), raw]).toString("base64");
  return {
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
    publicKey: `untrusted comment: minisign public key ${idInWords(idOf(raw))}\n${line}\n`,
  };
}

/**
 * @param pem a private key of `makeKeyPair`
 * @param comment one line, which the signature covers too
 * @param path of the key, for the error
 * @returns the text of a `.minisig` file
 * @throws UserError if it is no such key
 */
export function signature(message: string, pem: string, comment: string, path: string): string {
  const key = privateKeyOf(pem, path);
  const id = idOf(rawKey(createPublicKey(key)));
  const own = sign(null, hashOf(message), key);
  const whole = sign(null, Buffer.concat([own, Buffer.from(comment)]), key);
  return [
    "untrusted comment: signature of exploreiot",
    Buffer.concat([Buffer.from(PREHASHED), id, own]).toString("base64"),
    `trusted comment: ${comment}`,
    whole.toString("base64"),
    "",
  ].join("\n");
}

/** The files that a check is about, for its errors. */
interface Named {
  /** The file that was signed. */
  readonly file: string;

  /** Of the public key. */
  readonly key: string;
}

/**
 * @param text of a `.minisig` file
 * @param publicKey the text of a minisign public key
 * @returns the id of the key, as minisign prints it
 * @throws UserError if the message was not signed like this by the owner of this key
 */
export function checkSignature(message: string, text: string, publicKey: string, named: Named): string {
  const { id, key } = publicKeyOf(publicKey, named.key);
  const [, line = "", comment = "", whole = ""] = text.split("\n");
  const bytes = Buffer.from(line, "base64");
  const [algorithm, signer] = [bytes.toString("latin1", 0, 2), bytes.subarray(2, 2 + ID_BYTES)];
  const own = bytes.subarray(2 + ID_BYTES);
  if (algorithm !== PREHASHED || own.length !== SIGNATURE_BYTES)
    throw new UserError(`${named.file}: its signature is not one of minisign`, "get the file again");
  if (!signer.equals(id))
    throw new UserError(
      `${named.file}: signed by the key ${idInWords(signer)}, and ${named.key} is the key ${idInWords(id)}`,
      "name the public key of who made the file, which has to come to you in another way than the file",
    );
  const trusted = Buffer.from(comment.replace(/^trusted comment: /, ""));
  const isRight =
    verify(null, hashOf(message), key, own) &&
    verify(null, Buffer.concat([own, trusted]), key, Buffer.from(whole, "base64"));
  if (!isRight)
    throw new UserError(`${named.file}: its signature is not right: it was changed`, "get the file again");
  return idInWords(id);
}

const hashOf = (message: string) => createHash("blake2b512").update(message).digest();

/** Taken from the key, so that the private one alone is enough to sign. */
const idOf = (raw: Buffer): Buffer => createHash("sha256").update(raw).digest().subarray(0, ID_BYTES);

/** As minisign prints it: the bytes are a number, the lowest first. */
const idInWords = (id: Buffer): string => Buffer.from(id).reverse().toString("hex").toUpperCase();

const rawKey = (key: KeyObject): Buffer => Buffer.from(key.export({ format: "jwk" }).x ?? "", "base64url");

function privateKeyOf(pem: string, path: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch {
    // Not the parser's own message: it says nothing that a person could use.
  }
  throw new UserError(
    `${path}: not a private key for bundles (Ed25519, PEM)`,
    "make one: exploreiot bundle key FILE",
  );
}

function publicKeyOf(text: string, path: string): { readonly id: Buffer; readonly key: KeyObject } {
  const bytes = Buffer.from(text.trim().split("\n").at(-1) ?? "", "base64");
  const raw = bytes.subarray(2 + ID_BYTES);
  if (bytes.toString("latin1", 0, 2) !== ALGORITHM || raw.length !== KEY_BYTES)
    throw new UserError(
      `${path}: not a public key of minisign`,
      "name the file that ends with .pub, which exploreiot bundle key wrote next to the private key",
    );
  const key = createPublicKey({
    key: { kty: "OKP", crv: "Ed25519", x: raw.toString("base64url") },
    format: "jwk",
  });
  return { id: bytes.subarray(2, 2 + ID_BYTES), key };
}

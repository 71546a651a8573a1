import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from "node:crypto";
import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface Keys {
  readonly encrypt: Buffer;
  readonly mac: { readonly k: Buffer; readonly r: Buffer };
}

/**
 * Writes another version into the configuration of a repository, signed as restic does it, so that it is a repository of a
 * restic that is not there yet ("Repository Format", design document of restic).
 */
export function setRepositoryVersion(repository: string, password: string, version: number): void {
  const keys = masterKeys(repository, password);
  const file = join(repository, "config");
  const config = JSON.parse(decrypted(readFileSync(file), keys).toString());
  chmodSync(file, 0o600);
  writeFileSync(file, encrypted(Buffer.from(JSON.stringify({ ...config, version })), keys));
}

function masterKeys(repository: string, password: string): Keys {
  const folder = join(repository, "keys");
  const { N, r, p, salt, data } = JSON.parse(
    readFileSync(join(folder, readdirSync(folder)[0] as string), "utf8"),
  );
  const derived = scryptSync(password, Buffer.from(salt, "base64"), 64, { N, r, p, maxmem: 256 * N * r });
  const user = {
    encrypt: derived.subarray(0, 32),
    mac: { k: derived.subarray(32, 48), r: derived.subarray(48, 64) },
  };
  const { mac, encrypt } = JSON.parse(decrypted(Buffer.from(data, "base64"), user).toString());
  const bytes = (text: string) => Buffer.from(text, "base64");
  return { encrypt: bytes(encrypt), mac: { k: bytes(mac.k), r: bytes(mac.r) } };
}

/** A nonce of 16 bytes, the text, and a MAC of 16. */
function decrypted(whole: Buffer, { encrypt }: Keys): Buffer {
  const decipher = createDecipheriv("aes-256-ctr", encrypt, whole.subarray(0, 16));
  return decipher.update(whole.subarray(16, -16));
}

function encrypted(text: Buffer, { encrypt, mac }: Keys): Buffer {
  const nonce = randomBytes(16);
  const secret = createCipheriv("aes-256-ctr", encrypt, nonce).update(text);
  return Buffer.concat([nonce, secret, poly1305Aes(secret, nonce, mac)]);
}

const little = (bytes: Buffer): bigint => BigInt(`0x${Buffer.from(bytes).reverse().toString("hex") || "0"}`);

/** Poly1305-AES (D. J. Bernstein, 2005). */
function poly1305Aes(message: Buffer, nonce: Buffer, { k, r }: Keys["mac"]): Buffer {
  const prime = (1n << 130n) - 5n;
  const clamped = little(r) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
  let sum = 0n;
  for (let start = 0; start < message.length; start += 16) {
    const block = message.subarray(start, start + 16);
    sum = ((sum + little(block) + (1n << BigInt(8 * block.length))) * clamped) % prime;
  }
  const pad = createCipheriv("aes-128-ecb", k, null).setAutoPadding(false).update(nonce);
  const tag = (sum + little(pad)) & ((1n << 128n) - 1n);
  return Buffer.from(tag.toString(16).padStart(32, "0"), "hex").reverse();
}

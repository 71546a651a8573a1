import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { fileProblem } from "../core/file-problem.ts";
import { readPlainFile } from "../core/inputs.ts";
import type { Problem } from "../core/problems.ts";
import { shellCommand } from "../core/shell-words.ts";

/** The content of a file, or its fault. */
export type Read<T> = { readonly found: T } | { readonly problem: Problem };

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]+?-----END \1-----/g;

interface Block {
  readonly label: string;
  readonly text: string;
}

/** The certificates of a PEM file, in its order. */
export function readCertificates(setting: string, file: string): Read<readonly X509Certificate[]> {
  const allowed = "a readable PEM file of certificates only: the server's, then its intermediates";
  const wrong = (got: string, fix: string): Read<never> => ({
    problem: { path: setting, got: `${file}: ${got}`, allowed, fix },
  });
  const blocks = blocksOf(file);
  if (typeof blocks === "string") return wrong(blocks, "correct the path or the file's mode");
  if (blocks.some(({ label }) => label.endsWith("PRIVATE KEY")))
    return wrong("a private key", `move it to a file of its own and name that in tls.certificate.key`);
  const certificates = blocks.filter(({ label }) => label === "CERTIFICATE");
  if (certificates.length === 0) return wrong("no certificate", "export the certificate as PEM");
  try {
    return { found: certificates.map(({ text }) => new X509Certificate(text)) };
  } catch {
    return wrong("a damaged certificate", "export the certificate again as PEM");
  }
}

/** The private key of a PEM file. The problem never holds a part of the key. */
export function readKey(setting: string, file: string): Read<KeyObject> {
  const allowed = "a readable PEM file with one private key, not encrypted";
  const wrong = (got: string, fix: string): Read<never> => ({
    problem: { path: setting, got: `${file}: ${got}`, allowed, fix },
  });
  const blocks = blocksOf(file);
  if (typeof blocks === "string") return wrong(blocks, "correct the path or the file's mode");
  const keys = blocks.filter(({ label }) => label.endsWith("PRIVATE KEY"));
  const [key] = keys;
  if (key === undefined || keys.length > 1)
    return wrong(
      `${keys.length === 0 ? "no" : keys.length} private key${keys.length > 1 ? "s" : ""}`,
      "export the certificate's key as PEM",
    );
  if (key.label === "ENCRYPTED PRIVATE KEY" || key.text.includes("Proc-Type: 4,ENCRYPTED"))
    return wrong(
      "an encrypted private key",
      `decrypt it: ${shellCommand("openssl", "pkey", "-in", file, "-out", "KEY")} (mode 0400)`,
    );
  try {
    return { found: createPrivateKey(key.text) };
  } catch {
    return wrong("a damaged private key", "export the certificate's key again as PEM");
  }
}

function blocksOf(file: string): readonly Block[] | string {
  try {
    const text = readPlainFile(file).toString();
    return [...text.matchAll(BLOCK)].map(([whole, label]) => ({ label: label as string, text: whole }));
  } catch (error) {
    return fileProblem(error);
  }
}

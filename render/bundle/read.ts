import { createHash } from "node:crypto";
import { UserError } from "../../core/errors.ts";
import { composeProject } from "../../core/labels.ts";
import { checkSignature } from "../../core/minisign.ts";
import { readIfThere } from "../../core/private-files.ts";
import { type Files, readSums } from "../folder.ts";
import { type Entry, entriesOf } from "./entries.ts";
import {
  IMAGES,
  MANIFEST,
  type Manifest,
  manifestShape,
  PROVIDERS,
  RENDERED,
  SIGNATURE,
  SUMS,
} from "./manifest.ts";

/** Whom a bundle has to be from: the owner of a key, whose public half is this file, or anyone at all. */
export type Trust = { readonly key: string } | "anyone";

export interface Bundle {
  readonly path: string;
  readonly manifest: Manifest;

  /** The rendered folder, without its checksums. */
  readonly rendered: Files;

  /** SHA-256 of each file. */
  readonly sums: ReadonlyMap<string, string>;

  /** Id of the key that it is signed with. @default - nobody asked */
  readonly signedBy?: string;
}

/** Held in memory: the text of the rendered folder, checksums and signature. */
const MOST_TEXT_BYTES = 32 * 1024 * 1024;

/**
 * Reads a bundle to its end and checks all of it: signature, checksums, and that nothing is missing or more.
 *
 * @throws UserError that says what is wrong with it
 */
export async function readBundle(path: string, trust: Trust): Promise<Bundle> {
  const { texts, hashes } = await contentOf(path);
  const list = texts.get(SUMS);
  if (list === undefined) throw damaged(path, `cut short: it has no ${SUMS}`);
  const signedBy = trust === "anyone" ? undefined : signerOf(path, list, texts.get(SIGNATURE), trust.key);
  const sums = readSums(list);
  if (sums === undefined) throw damaged(path, `${SUMS} is no list of checksums`);
  compare(path, sums, hashes);
  const { [MANIFEST]: text = "", ...others } = renderedIn(texts);
  const manifest = manifestIn(path, text);
  if (!(others["deployment.sh"] ?? "").includes(`\nproject=${composeProject(manifest.deployment)}\n`))
    throw damaged(path, `says that it is of ${manifest.deployment}, and its rendered folder is not`);
  return {
    ...{ path, manifest, rendered: { ...others, [MANIFEST]: text }, sums },
    ...(signedBy === undefined ? {} : { signedBy }),
  };
}

interface Content {
  /** All but images and providers. */
  readonly texts: ReadonlyMap<string, string>;
  readonly hashes: ReadonlyMap<string, string>;
}

async function contentOf(path: string): Promise<Content> {
  const [texts, hashes] = [new Map<string, string>(), new Map<string, string>()];
  let held = 0;
  for await (const entry of entriesOf(path)) {
    const isText = ![IMAGES, PROVIDERS].some((folder) => entry.path.startsWith(folder));
    held += isText ? entry.bytes : 0;
    if (held > MOST_TEXT_BYTES)
      throw damaged(path, `has more than ${MOST_TEXT_BYTES} bytes besides images and providers`);
    const { sum, text } = await digested(entry, isText);
    hashes.set(entry.path, sum);
    if (isText) texts.set(entry.path, text);
  }
  return { texts, hashes };
}

async function digested({ content }: Entry, isText: boolean) {
  const hash = createHash("sha256");
  const chunks: Buffer[] = [];
  for await (const chunk of content) {
    hash.update(chunk);
    if (isText) chunks.push(chunk);
  }
  return { sum: hash.digest("hex"), text: Buffer.concat(chunks).toString("utf8") };
}

function signerOf(path: string, list: string, signature: string | undefined, key: string): string {
  const publicKey = readIfThere(key);
  if (publicKey === undefined) throw new UserError(`${key}: no such file`, "name the file of a public key");
  if (signature === undefined)
    throw new UserError(
      `${path}: not signed, so anyone on its way here could have changed it`,
      "have it made with --key, or take it as it is with --unsigned",
    );
  return checkSignature(list, signature, publicKey, { file: path, key });
}

function compare(path: string, sums: ReadonlyMap<string, string>, hashes: ReadonlyMap<string, string>): void {
  const files = [...hashes.keys()].filter((name) => name !== SUMS && name !== SIGNATURE);
  const wrong = [
    ...[...sums.keys()].filter((name) => !hashes.has(name)).map((name) => `${name} is missing`),
    ...files.filter((name) => !sums.has(name)).map((name) => `${name} is not in ${SUMS}`),
    ...files
      .filter((name) => sums.has(name) && sums.get(name) !== hashes.get(name))
      .map((name) => `${name} is not as it was made`),
  ];
  if (wrong.length > 0) throw damaged(path, wrong.slice(0, 5).join("; "));
}

const renderedIn = (texts: ReadonlyMap<string, string>): Files =>
  Object.fromEntries(
    [...texts]
      .filter(([name]) => name.startsWith(RENDERED) && name !== `${RENDERED}${SUMS}`)
      .map(([name, text]) => [name.slice(RENDERED.length), text]),
  );

function manifestIn(path: string, text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged(path, `has no ${RENDERED}${MANIFEST} that can be read`);
  }
  const { success, data, error } = manifestShape.safeParse(value);
  if (success) return data;
  const [issue] = error.issues;
  throw new UserError(
    `${path}: ${RENDERED}${MANIFEST} is not what this version of the kit reads (${issue?.path.join(".")}: ${issue?.message})`,
    "use the version of the kit that made it",
  );
}

const damaged = (path: string, problem: string): UserError =>
  new UserError(`${path}: ${problem}; nothing of it was used`, "copy it here again, or have it made again");

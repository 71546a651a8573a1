import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import tar, { type Header } from "tar-stream";
import { signature } from "../../core/minisign.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A file of an archive; more of its header where it is no plain one. */
export type Packed = readonly [path: string, content: string, header?: Partial<Header>];

/** Writes a tar archive of these, hostile ones too. */
export async function packed(files: readonly Packed[]): Promise<string> {
  const path = join(temporaryFolder(), "site.tar");
  const archive = tar.pack();
  for (const [name, content, header] of files) archive.entry({ name, ...header }, content);
  archive.finalize();
  await pipeline(archive as unknown as NodeJS.ReadableStream, createWriteStream(path));
  return path;
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

export const MANIFEST = {
  version: 1,
  deployment: "demo",
  kit: "0.1.0",
  made: "2026-11-29T12:00:00.000Z",
  platform: "linux/amd64",
  images: [{ reference: "exploreiot/demo:1", ids: [`sha256:${"a".repeat(64)}`] }],
  layers: ["images/blobs/sha256/layer"],
};

/** A bundle of a deployment `demo` whose images are nothing but bytes. */
export const bundleFiles = (manifest: object = MANIFEST): readonly Packed[] => [
  ["images/blobs/sha256/layer", "layer\n"],
  ["images/manifest.json", "[]"],
  ["render/deployment.sh", "# Read by start.sh.\nproject=exploreiot-demo\n"],
  ["render/config/redis/redis.conf", "port 6379\n"],
  ["render/bundle.json", JSON.stringify(manifest)],
];

/** The checksums of these, and a signature where there is a key. */
export function sealed(files: readonly Packed[], privateKey?: string): readonly Packed[] {
  const list = files.map(([path, content]) => `${sha256(content)}  ${path}\n`).join("");
  const signed: readonly Packed[] =
    privateKey === undefined ? [] : [["SHA256SUMS.minisig", signature(list, privateKey, "a test", "key")]];
  return [...files, ["SHA256SUMS", list], ...signed];
}

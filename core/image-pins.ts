import { join } from "node:path";
import { z } from "zod";
import { damaged, readOwnJson } from "./own-files.ts";
import { readIfThere } from "./private-files.ts";

/** An official image that keeps the contract of one of the kit's. */
export interface Upstream {
  /** As on Docker Hub, `redis` or `valkey/valkey`. */
  readonly ref: string;
  readonly tag: string;

  /** Of the index, which is right for every platform. @default - nobody has resolved it, so that it is never pulled */
  readonly digest?: string;
}

/** Where the official images are pinned: a Dockerfile, since that is what Renovate and Dependabot know how to raise. */
export const pinsFile = (kitRoot: string): string => join(kitRoot, "images", "upstream.Dockerfile");

/** Where a registry keeps it. */
export const repositoryOf = ({ ref }: Upstream, mirror: string | undefined): string =>
  mirror === undefined ? ref : `${mirror}/${ref.includes("/") ? ref : `library/${ref}`}`;

const PIN =
  /^FROM (?<ref>[a-z0-9][a-z0-9._/-]*):(?<tag>[\w][\w.-]*)(?:@(?<digest>sha256:[0-9a-f]{64}))? AS (?<name>[a-z][a-z-]*)$/;

/** The pin in a line of the file, with the name of the kit's image. */
function pinIn(line: string): { readonly name: string; readonly upstream: Upstream } | undefined {
  const { ref, tag, digest, name } = PIN.exec(line)?.groups ?? {};
  if (ref === undefined || tag === undefined || name === undefined) return undefined;
  return { name, upstream: { ref, tag, ...(digest === undefined ? {} : { digest }) } };
}

/**
 * Official images, by the name of the kit's image that each may stand in for.
 *
 * @throws UserError if the file is not there, or a line is not a pin
 */
export function readPins(file: string): Readonly<Record<string, Upstream>> {
  const remedy = "take it from the repository again: git checkout images/upstream.Dockerfile";
  const text = readIfThere(file);
  if (text === undefined) throw damaged(file, "not there", remedy);
  const pins: Record<string, Upstream> = {};
  for (const [index, line] of text.split("\n").entries()) {
    if (line === "" || line.startsWith("#")) continue;
    const pin = pinIn(line);
    if (pin === undefined || pins[pin.name] !== undefined)
      throw damaged(
        file,
        `line ${index + 1}: got ${JSON.stringify(line)}; allowed: FROM name:tag@sha256:… AS image, each image once`,
        remedy,
      );
    pins[pin.name] = pin.upstream;
  }
  return pins;
}

/** The text with other digests, everything else as it was. */
export function withDigests(text: string, digests: Readonly<Record<string, string>>): string {
  const line = (before: string): string => {
    const pin = pinIn(before);
    const digest = pin && digests[pin.name];
    if (digest === undefined) return before;
    return `FROM ${pin?.upstream.ref}:${pin?.upstream.tag}@${digest} AS ${pin?.name}`;
  };
  return text.split("\n").map(line).join("\n");
}

/** The bases of the built images. */
export interface ImageLock {
  /** `refreshed`: a later day gives every built image a new tag, and so Debian's updates up to the build. */
  readonly debian: { readonly suite: string; readonly refreshed: string };
}

const lockShape: z.ZodType<ImageLock> = z.object({
  debian: z.object({ suite: z.string(), refreshed: z.string() }),
});

/**
 * Reads images/lock.json.
 *
 * @throws UserError if it is damaged or not there
 */
export function readImageLock(file: string): ImageLock {
  const remedy = "take it from the repository again: git checkout images/lock.json";
  const lock = readOwnJson(file, lockShape, remedy);
  if (lock === undefined) throw damaged(file, "not there", remedy);
  return lock;
}

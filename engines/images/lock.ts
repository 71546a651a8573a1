import { UserError } from "../../core/errors.ts";
import { readImageLock, type Upstream } from "../../core/images.ts";
import { replaceFile } from "../../core/private-files.ts";
import { run } from "../run.ts";
import { imageFailure, interrupted } from "./failure.ts";

export interface LockOptions {
  /** Path of images/lock.json. */
  readonly file: string;

  /** Host and path that stand in for Docker Hub. @default - Docker Hub */
  readonly registryMirror?: string;

  readonly report: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface LockedImage {
  readonly name: string;
  readonly reference: string;
  readonly digest: string;
  readonly isChanged: boolean;
}

/**
 * Pins every upstream image of the lock file to what its tag means today: the digest of the index, which is right
 * for all platforms, and this platform's image id. Writes the file only if every image was resolved.
 *
 * @throws UserError naming each image that could not be resolved
 */
export async function lockImages(options: LockOptions): Promise<readonly LockedImage[]> {
  const lock = readImageLock(options.file);
  const resolved = await resolveAll(Object.values(lock.upstream), options);
  const upstream: Record<string, Upstream> = {};
  const locked: LockedImage[] = [];
  for (const [name, entry] of Object.entries(lock.upstream)) {
    const reference = taggedReference(entry, options.registryMirror);
    const { digest, platform, id } = resolved.get(reference) as Resolved;
    const isChanged = entry.indexDigest !== digest;
    upstream[name] = {
      ...entry,
      indexDigest: digest,
      images: { ...(isChanged ? {} : entry.images), [platform]: id },
    };
    locked.push({ name, reference, digest, isChanged });
  }
  const text = `${JSON.stringify({ ...lock, upstream }, null, 2)}\n`;
  replaceFile(options.file, text, 0o644);
  return locked;
}

interface Resolved {
  readonly digest: string;
  readonly platform: string;
  readonly id: string;
}

async function resolveAll(
  entries: readonly Upstream[],
  options: LockOptions,
): Promise<Map<string, Resolved>> {
  const resolved = new Map<string, Resolved>();
  const failures: UserError[] = [];
  for (const reference of new Set(entries.map((entry) => taggedReference(entry, options.registryMirror)))) {
    try {
      resolved.set(reference, await resolve(reference, options));
    } catch (error) {
      if (options.signal?.aborted) throw interrupted(reference);
      if (!(error instanceof UserError)) throw error;
      failures.push(error);
    }
  }
  if (failures.length === 0) return resolved;
  const remedies = new Set(failures.flatMap(({ remedy }) => remedy));
  throw new UserError(
    ["images/lock.json: nothing was changed", ...failures.map(({ message }) => message)].join("\n"),
    ...remedies,
  );
}

async function resolve(reference: string, { report, signal }: LockOptions): Promise<Resolved> {
  const options = { ownGroup: true, ...(signal ? { signal } : {}) };
  report(`${reference}: pulling`);
  try {
    await run(["docker", "pull", "--quiet", reference], options);
  } catch (error) {
    throw imageFailure(
      reference,
      "docker pull",
      error,
      "check that the registry is reached, or set images.registryMirror to one that is",
    );
  }
  const { stdout } = await run(["docker", "image", "inspect", "--format", "{{json .}}", reference], options);
  const image = JSON.parse(stdout) as { Id: string; Os: string; Architecture: string; RepoDigests: string[] };
  const repository = `${reference.slice(0, reference.lastIndexOf(":"))}@`;
  const digest = image.RepoDigests.find((known) => known.startsWith(repository))?.slice(repository.length);
  if (digest === undefined) {
    throw new UserError(
      `${reference}: the engine knows no digest for it`,
      "remove that image from the engine, then start again",
    );
  }
  report(`${reference}: ${digest}`);
  return { digest, platform: `${image.Os}/${image.Architecture}`, id: image.Id };
}

function taggedReference({ ref, tag }: Upstream, mirror: string | undefined): string {
  const path = mirror === undefined ? ref : `${mirror}/${ref.includes("/") ? ref : `library/${ref}`}`;
  return `${path}:${tag}`;
}

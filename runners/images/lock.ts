import { readFileSync } from "node:fs";
import { UserError } from "../../core/errors.ts";
import { readPins, repositoryOf, type Upstream, withDigests } from "../../core/image-pins.ts";
import { replaceFile } from "../../core/private-files.ts";
import { imageOf } from "../docker/observe.ts";
import { run } from "../run.ts";
import { imageFailure, interrupted } from "./failure.ts";
import { pull } from "./pull.ts";

export interface LockOptions {
  /** Path of images/upstream.Dockerfile. */
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

/** Official images are made again at least this often; one that is older gets no more updates under its tag. */
const OLDEST_DAYS = 60;

/** The machines that a deployment may run on: one digest has to be right for all. */
const PLATFORMS = ["linux/amd64", "linux/arm64"];

const DAY_MS = 86_400_000;

/**
 * Pins every official image to what its tag means today: the digest of the index, which is right for all platforms.
 * Writes the file only if every image was resolved.
 *
 * @throws UserError naming each image that could not be resolved, is too old, or is not for every platform
 */
export async function lockImages(options: LockOptions): Promise<readonly LockedImage[]> {
  const pins = Object.entries(readPins(options.file));
  const digests: Record<string, string> = {};
  const failures: UserError[] = [];
  for (const [name, upstream] of pins) {
    const reference = taggedReference(upstream, options.registryMirror);
    try {
      digests[name] = await resolve(reference, options);
    } catch (error) {
      if (options.signal?.aborted) throw interrupted(reference);
      if (!(error instanceof UserError)) throw error;
      failures.push(error);
    }
  }
  if (failures.length > 0) throw together(failures);
  replaceFile(options.file, withDigests(readFileSync(options.file, "utf8"), digests), 0o644);
  return pins.map(([name, upstream]) => {
    const digest = digests[name] as string;
    const reference = taggedReference(upstream, options.registryMirror);
    return { name, reference, digest, isChanged: upstream.digest !== digest };
  });
}

const together = (failures: readonly UserError[]): UserError =>
  new UserError(
    ["images/upstream.Dockerfile: nothing was changed", ...failures.map(({ message }) => message)].join("\n"),
    ...new Set(failures.flatMap(({ remedy }) => remedy)),
  );

async function resolve(reference: string, { report, signal }: LockOptions): Promise<string> {
  const options = { ownGroup: true, ...(signal ? { signal } : {}) };
  const advice = "check that the registry is reached, or set images.registryMirror to one that is";
  await pull(reference, reference, advice, { report, ...(signal ? { signal } : {}) });
  const image = await imageOf(reference);
  if (image !== undefined) refuseOld(reference, image.Created);
  await refuseMissingPlatforms(reference, options);
  const repository = `${reference.slice(0, reference.lastIndexOf(":"))}@`;
  const digest = (image?.RepoDigests ?? [])
    .find((known) => known.startsWith(repository))
    ?.slice(repository.length);
  if (digest === undefined) {
    throw new UserError(
      `${reference}: the engine knows no digest for it`,
      "remove that image from the engine, then start again",
    );
  }
  report(`${reference}: ${digest}`);
  return digest;
}

/** A tag that is published no more stays in the registry, with the faults that were found since. */
function refuseOld(reference: string, created: string): void {
  const days = Math.floor((Date.now() - Date.parse(created)) / DAY_MS);
  if (days <= OLDEST_DAYS) return;
  throw new UserError(
    `${reference}: made ${days} days ago; allowed: ${OLDEST_DAYS}, since a tag that is still published is made again before`,
    "name a tag in images/upstream.Dockerfile that its publisher still lists",
  );
}

async function refuseMissingPlatforms(reference: string, options: Parameters<typeof run>[1]): Promise<void> {
  const insecure = /^(localhost|127\.0\.0\.1)[:/]/.test(reference) ? ["--insecure"] : [];
  let text: string;
  try {
    ({ stdout: text } = await run(["docker", "manifest", "inspect", ...insecure, reference], options));
  } catch (error) {
    throw imageFailure(
      reference,
      "docker manifest inspect",
      error,
      "check that this machine reaches the registry itself",
    );
  }
  const { manifests = [] } = JSON.parse(text) as {
    manifests?: { platform: { os: string; architecture: string } }[];
  };
  const there = new Set(manifests.map(({ platform }) => `${platform.os}/${platform.architecture}`));
  const missing = PLATFORMS.filter((platform) => !there.has(platform));
  if (missing.length === 0) return;
  throw new UserError(
    `${reference}: not there for ${missing.join(" and ")}; allowed: an index with ${PLATFORMS.join(" and ")}`,
    "name a tag in images/upstream.Dockerfile that is published for both",
  );
}

const taggedReference = (upstream: Upstream, mirror: string | undefined): string =>
  `${repositoryOf(upstream, mirror)}:${upstream.tag}`;

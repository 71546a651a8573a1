import { UserError } from "../../core/errors.ts";
import type { ImageRecipe } from "../../core/image-recipe.ts";
import { run } from "../run.ts";
import type { MakeOptions } from "./build.ts";
import { enginePull, PullError } from "./engine-pull.ts";
import { imageFailure, remediesFor } from "./failure.ts";
import { contextLabel, hashOf, shortName } from "./inspect.ts";
import type { PulledBytes } from "./pull-progress.ts";

type PullOptions = Pick<MakeOptions, "report" | "signal">;

/** Faults of a registry, or of the way to it, that may be gone the next time. */
const PASSING =
  /timeout|timed out|unexpected EOF|connection reset|broken pipe|too ?many ?requests|50[0-4] |service unavailable|temporar/i;

/** The registry was not reached at all: another image is not to be had there either. */
const UNREACHED =
  /no such host|connection refused|network is unreachable|no route to host|i\/o timeout|request canceled|TLS handshake|proxyconnect/i;

/** How long to wait before the second attempt and the third. */
const FIRST_WAIT_MS = 1_000;
const RETRIES = 2;

/** Bytes between two lines of progress. */
const STEP = 10_000_000;

/** Why an image was not pulled, and whether that holds for every other one, too. */
export class NotPulled extends UserError {
  readonly isUnreached: boolean;

  constructor(reference: string, reason: string, advice: string) {
    const known = remediesFor(reason);
    super(`${reference}: docker pull failed\n  ${reason}`, ...(known.length > 0 ? known : [advice]));
    this.isUnreached = UNREACHED.test(reason);
  }
}

/**
 * Pulls an image, and tries again where that may help.
 *
 * @param name that lines of progress begin with
 * @throws NotPulled with the reason of the last attempt
 */
export async function pull(
  reference: string,
  name: string,
  advice: string,
  { report, signal }: PullOptions,
): Promise<void> {
  const { default: pRetry } = await import("p-retry");
  report(`${name}: pulling ${reference}`);
  const told = tellBytes(name, report);
  try {
    await pRetry(() => enginePull(reference, told, signal), {
      retries: RETRIES,
      minTimeout: FIRST_WAIT_MS,
      ...(signal === undefined ? {} : { signal }),
      shouldRetry: ({ error }) => PASSING.test(error.message) && signal?.aborted !== true,
      onFailedAttempt: ({ error, retriesLeft }) => {
        if (retriesLeft > 0 && PASSING.test(error.message)) report(`${name}: ${error.message}; trying again`);
      },
    });
  } catch (error) {
    if (error instanceof PullError) throw new NotPulled(reference, error.message, advice);
    throw error;
  }
}

/** Says how far a pull is, once in each step, so that a log of it stays readable. */
function tellBytes(name: string, report: PullOptions["report"]): (bytes: PulledBytes) => void {
  let said = 0;
  return ({ current, total }) => {
    if (current < said + STEP && !(current === total && current > said)) return;
    said = current;
    report(`${name}: ${megabytes(current)} of ${megabytes(total)} MB`);
  };
}

const megabytes = (bytes: number) => (bytes / 1_000_000).toFixed(bytes < STEP ? 1 : 0);

/**
 * Pulls the pinned image and makes it the recipe's: the same image with one label, by which it is known again on any engine,
 * also after `docker save` and `docker load`, which lose the digest.
 *
 * @throws NotPulled with the reason
 */
export async function pullImage(
  { tag, pull: reference, rootfs }: ImageRecipe,
  options: PullOptions,
): Promise<void> {
  if (reference === undefined) throw new Error(`${tag}: nothing to pull`);
  const advice = 'check that the registry is reached, or set images.source to "auto" or "packages"';
  await pull(reference, shortName(tag), advice, options);
  try {
    await run(["docker", "build", "--quiet", `--tag=${tag}`, `--label=${contextLabel}=${hashOf(tag)}`, "-"], {
      env: { DOCKER_BUILDKIT: "0" },
      input: [`FROM ${reference}`, ...(rootfs === undefined ? [] : [fromArchive(rootfs)]), ""].join("\n"),
      ownGroup: true,
      ...(options.signal ? { signal: options.signal } : {}),
    });
  } catch (error) {
    throw imageFailure(tag, `labelling ${reference}`, error, "start again");
  }
}

/** An image that is built on a pulled base takes its packages from the same archive as one on a base that was made here. */
const fromArchive = ({ suite, mirror, securityMirror }: NonNullable<ImageRecipe["rootfs"]>): string => {
  const lines = [`${mirror} ${suite}`, `${mirror} ${suite}-updates`, `${securityMirror} ${suite}-security`];
  const list = lines.map((line) => `deb ${line} main\\n`).join("");
  return `RUN rm -f /etc/apt/sources.list.d/debian.sources && printf '${list}' >/etc/apt/sources.list`;
};

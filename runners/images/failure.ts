import { stripVTControlCharacters } from "node:util";
import { UserError } from "../../core/errors.ts";
import { CommandError } from "../run.ts";

const causes: readonly (readonly [RegExp, string])[] = [
  [
    /no space left on device/i,
    "free disk space: `docker system df` shows what the engine keeps, `docker image prune` removes unused layers",
  ],
  [/mmdebstrap: not found/, "on Debian or Ubuntu: apt-get install mmdebstrap"],
  [
    /mmdebstrap: not found/,
    "on any other system: `exploreiot images lock` where a registry is reached, so that the image can be pulled",
  ],
  [
    /CERTIFICATE_VERIFY_FAILED|SELF_SIGNED_CERT|UNABLE_TO_(GET|VERIFY)|self.signed certificate/i,
    "set EXPLOREIOT_BUILD_CA to a PEM file with the certificate authority of your network",
  ],
  [
    /Temporary failure resolving|Could not resolve|Network is unreachable|Connection (refused|timed out)|Failed to fetch|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|NewConnectionError/i,
    "check the network: a build fetches Debian, PyPI and npm packages; images.debianMirror and HTTP_PROXY are honoured",
  ],
  [
    /manifest unknown|not found: manifest|pull access denied/i,
    "check images/upstream.Dockerfile and images.registryMirror; `exploreiot images lock` pins again",
  ],
];

/** The remedy, where the output says enough to know. */
export const remediesFor = (output: string): readonly string[] =>
  causes.filter(([pattern]) => pattern.test(output)).map(([, remedy]) => remedy);

/** Tells which image failed, at which step and with which last words, and what can be done about it. */
export function imageFailure(tag: string, doing: string, error: unknown, advice: string): unknown {
  if (!(error instanceof CommandError)) return error;
  const { stdout, stderr } = error.result;
  const output = `${stdout}\n${stderr}`;
  const step = [...output.matchAll(/^(?:Step \d+\/\d+ : .*|#\d+ \[.*\d+\/\d+\] .*)$/gm)].at(-1)?.[0];
  const remedies = remediesFor(output);
  const at = step === undefined ? "" : ` at ${shorten(step, 160)}`;
  return new UserError(
    [`${tag}: ${doing} failed${at}`, ...lastLines(output, 12)].join("\n"),
    ...(remedies.length > 0 ? remedies : [advice]),
  );
}

/** Thrown for Ctrl-C; what was finished before stays, what was under way is gone. */
export function interrupted(tag: string): UserError {
  return new UserError(
    `${tag}: interrupted; nothing half-made was kept`,
    "start again to go on: finished images and steps are not repeated",
  );
}

export function shorten(text: string, length: number): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}

/** The messages of the builder about itself. */
const noise =
  /^(Step \d| ---> |I: |Removing intermediate|Sending build context|DEPRECATED|\s*BuildKit is currently disabled|\s*environment-variable\.|\s+Install the buildx|\s+https:\/\/docs\.docker)/;

function lastLines(output: string, count: number): readonly string[] {
  const lines = stripVTControlCharacters(output)
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "" && !noise.test(line));
  return lines.slice(-count).map((line) => `  ${shorten(line, 300)}`);
}

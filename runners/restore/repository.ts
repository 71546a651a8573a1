import { UserError } from "../../core/errors.ts";
import { type RunOptions, type RunResult, run } from "../run.ts";

/** A restic repository, as a container of the backup image reaches it. */
export interface Repository {
  /** As people name it. */
  readonly name: string;

  /** As restic names it, in its container. */
  readonly location: string;
  readonly image: string;

  /** A `--mount` argument, for a repository in a folder of the engine's machine or in a volume. @default - it is elsewhere */
  readonly mount?: string;

  /** The secret files of its container: `password`, and `credentials/NAME` for each variable of its target. */
  readonly files: Readonly<Record<string, string>>;

  /** Labels of its containers. */
  readonly labels: readonly string[];
}

const FILES = "/run/exploreiot";

/** The exit codes of restic, and the remedy here; anything else is told in the words of the image's program. */
const MEANINGS: Readonly<Record<number, (name: string) => UserError>> = {
  10: (name) =>
    new UserError(
      `${name}: there is no restic repository`,
      "name the one that the backups went to: --from REPOSITORY",
    ),
  12: (name) =>
    new UserError(
      `${name}: this password does not open the repository`,
      "give the password of the time of the backup: exploreiot backup told where it stands",
    ),
};

interface Asked extends RunOptions {
  /** A volume that is mounted at `/restored`. @default - none */
  readonly into?: string;
}

/**
 * Runs restic in a container of its own. It only reads, so it takes no lock: the repository is mounted read-only, and a
 * snapshot that is deleted meanwhile ends it with an error.
 *
 * @throws UserError for what restic refuses
 */
export async function restic(
  { name, location, image, mount, files, labels }: Repository,
  args: readonly string[],
  { into, ...options }: Asked = {},
): Promise<RunResult> {
  const input = Object.entries(files)
    .map(([name, text]) => `${name} ${Buffer.from(text).toString("base64")}\n`)
    .join("");
  const result = await run(
    [
      ...(["docker", "run", "--rm", "--interactive", ...labels] as const),
      ...["--network", mount === undefined ? "bridge" : "none"],
      // Files come back with their owners and modes.
      ...["--user", "0:0", "--cap-drop", "ALL", "--cap-add", "CHOWN", "--cap-add", "DAC_OVERRIDE"],
      ...["--cap-add", "FOWNER", "--security-opt", "no-new-privileges", "--read-only"],
      ...["--memory", "512m", "--memory-swap", "512m", "--tmpfs", "/tmp:mode=1777,size=64m"],
      ...["--tmpfs", `${FILES}:mode=0700,size=1m`, "--env", `RESTIC_REPOSITORY=${location}`],
      ...["--env", `BACKUP_TARGET=${name}`],
      ...(mount === undefined ? [] : ["--mount", mount]),
      ...(into === undefined ? [] : ["--volume", `${into}:/restored`]),
      ...["--entrypoint", "read-repository", image, ...args],
    ],
    { ...options, input, expected: Array.from({ length: 256 }, (_, code) => code) },
  );
  if (result.code === 0) return result;
  throw (
    MEANINGS[result.code]?.(name) ??
    new UserError(
      result.stderr.trim().split("\n").at(-1) || `restic ${args[0]} ended with exit code ${result.code}`,
      "nothing was replaced; run this again when that is put right",
    )
  );
}

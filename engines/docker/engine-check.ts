import { UserError } from "../../core/errors.ts";
import { run } from "../run.ts";
import { engineAddress } from "./remote.ts";

/** API 1.41 is Docker Engine 20.10, the oldest that the kit was tried with. */
const OLDEST_API = [1, 41] as const;

export interface EngineVersion {
  readonly version: string;
  readonly api: string;
}

/**
 * Asks the Docker engine who it is.
 *
 * @throws UserError that tells apart: no client, no engine, no permission, too old
 */
export async function engineVersion(): Promise<EngineVersion> {
  const { code, stdout, stderr } = await run(
    ["docker", "version", "--format", "{{.Server.Version}} {{.Server.APIVersion}}"],
    { expected: [0, 1] },
  );
  if (code !== 0) throw unreachable(stderr);
  const [version = "", api = ""] = stdout.trim().split(" ");
  const [major = 0, minor = 0] = api.split(".").map(Number);
  if (major < OLDEST_API[0] || (major === OLDEST_API[0] && minor < OLDEST_API[1])) {
    throw new UserError(
      `Docker engine ${version} (API ${api}) is too old; allowed: 20.10 (API ${OLDEST_API.join(".")}) or newer`,
      "upgrade Docker: https://docs.docker.com/engine/install/",
    );
  }
  return { version, api };
}

/** What a failed call to the engine means to the person who made it. */
export function unreachable(stderr: string): UserError {
  const where = engineAddress();
  const reason = stderr.trim().split("\n").at(-1) ?? "";
  if (/permission denied/i.test(stderr)) {
    return new UserError(
      `Docker engine at ${where}: permission denied`,
      "run as root, or join the docker group (usermod -aG docker $USER) and log in again",
    );
  }
  return new UserError(
    `Docker engine at ${where} does not answer: ${reason}`,
    "start it (systemctl start docker), or let npm start install and start one (Debian and Ubuntu, as root)",
    "for an engine elsewhere, set DOCKER_HOST or docker context use NAME",
  );
}

/** Whether a command failed because there is no engine behind it. */
export const isUnreachable = (stderr: string) =>
  /Cannot connect to the Docker daemon|permission denied while trying to connect|error during connect|no such host|connection refused/i.test(
    stderr,
  );

import { UserError } from "../../core/errors.ts";
import { engineHost } from "./current-engine.ts";

/** The obstacles between a person and an engine; each has another remedy. */
type EngineTrouble =
  | "unreachable"
  | "permission"
  | "client too old"
  | "client too new"
  | "engine too old"
  | "wrong product"
  | "no leader";

/** The engine could not be asked at all, or is none that the kit works with. */
export class EngineError extends UserError {
  readonly trouble: EngineTrouble;

  constructor(trouble: EngineTrouble, message: string, ...remedy: readonly string[]) {
    super(message, ...remedy);
    this.trouble = trouble;
  }
}

/** Where the engine is, as people wrote it. */
export const engineAddress = (): string => engineHost() || "the local socket";

/** As the client (20.10 to 29) and its plugins write it; programs inside containers do not. */
const SAYS: readonly (readonly [RegExp, (line: string, where: string) => EngineError])[] = [
  [/permission denied while trying to connect to the Docker/i, noPermission],
  [/client version (\S+) is too old\. Minimum supported API version is/i, clientTooOld],
  [/client version (\S+) is too new\. Maximum supported API version is/i, clientTooNew],
  [
    /Cannot connect to the Docker daemon|failed to connect to the docker API|error during connect|Docker Desktop is (unable to start|not running|paused)|could not be found in this WSL 2 distro|request returned .* for API route and version|docker daemon is not running/i,
    unreachable,
  ],
  [/The swarm does not have a leader/i, noLeader],
];

/**
 * The fault of the engine behind a failed call of Docker's client, or of its API, no matter where it was made; undefined where the
 * engine answered, and the failure is of another kind.
 *
 * @param where the engine is
 */
export function engineError(stderr: string, where = engineAddress()): EngineError | undefined {
  for (const [pattern, told] of SAYS) {
    const line = stderr.split("\n").find((line) => pattern.test(line));
    if (line !== undefined) return told(line.trim(), where);
  }
  return undefined;
}

function noPermission(line: string, where: string): EngineError {
  return new EngineError(
    "permission",
    `Docker engine at ${where}: permission denied`,
    ...(/^ssh:/.test(where)
      ? ["join the docker group on that machine (usermod -aG docker USER), or log in there as another user"]
      : [
          "join the docker group (sudo usermod -aG docker $USER) and log in again, or run this as root",
          `if you have an engine of your own (rootless, Docker Desktop): docker context ls, then docker context use NAME`,
        ]),
    `the client says: ${line}`,
  );
}

function unreachable(line: string, where: string): EngineError {
  const here = !/^(ssh|tcp|https?):/.test(where);
  return new EngineError(
    "unreachable",
    `Docker engine at ${where} does not answer: ${line}`,
    ...(here ? [startIt()] : []),
    "for an engine elsewhere, set DOCKER_HOST or docker context use NAME",
  );
}

function startIt(): string {
  if (process.platform === "linux")
    return "start it (systemctl start docker), in WSL2 by Docker Desktop on Windows, or let npm start install and start one (Debian and Ubuntu, as root)";
  return "start Docker Desktop (open -a Docker), or Colima (colima start)";
}

/** Steps where not even Docker's client is there. */
export const wayToDocker = (): readonly string[] => [
  "exploreiot up --setup installs it (Debian and Ubuntu, as root)",
  "exploreiot doctor --setup says how to get it elsewhere",
];

function clientTooOld(line: string, where: string): EngineError {
  return new EngineError(
    "client too old",
    `the Docker client is too old for the engine at ${where}: ${shortened(line)}`,
    ...apiVersionIsSet(),
    "upgrade Docker's client: https://docs.docker.com/engine/install/ (package docker-ce-cli, or docker-cli)",
  );
}

function clientTooNew(line: string, where: string): EngineError {
  return new EngineError(
    "client too new",
    `the Docker client speaks a newer API than the engine at ${where}: ${shortened(line)}`,
    ...apiVersionIsSet(),
    "upgrade the engine: https://docs.docker.com/engine/install/",
  );
}

/** With it the client does not ask the engine which version to speak. */
const apiVersionIsSet = () =>
  process.env.DOCKER_API_VERSION
    ? [
        `DOCKER_API_VERSION is ${process.env.DOCKER_API_VERSION} here: unset it, and the two agree by themselves`,
      ]
    : [];

const shortened = (line: string) => line.replace(/^.*?Error response from daemon: /i, "");

/** Half of the managers are away, or more: nobody can say or change what is on the swarm, and what runs goes on. */
function noLeader(_: string, where: string): EngineError {
  return new EngineError(
    "no leader",
    `the swarm of the engine at ${where} has no leader: half of its managers are away, or more, and none may decide alone. What runs goes on, and nothing can be changed, or told of other nodes`,
    "after the loss of one manager the others choose a new leader within seconds: run the same command again",
    "bring managers back until more than half of them are there: systemctl start docker on each, and 2377/tcp open between them",
    "only where they are lost for good, on a manager that is left: docker swarm init --force-new-cluster; services and data stay, and the others have to leave and join again",
  );
}

/** API 1.41 is Docker Engine 20.10, the oldest that the kit was tried with. */
export function engineTooOld(version: string, api: string): EngineError {
  return new EngineError(
    "engine too old",
    `Docker engine ${version} (API ${api}) is too old; allowed: 20.10 (API 1.41) or newer`,
    "upgrade Docker: https://docs.docker.com/engine/install/",
  );
}

/** An engine that speaks Docker's API and does not do what the containers need (docs/decisions/0112-podman.md). */
export function wrongProduct(name: string): EngineError {
  return new EngineError(
    "wrong product",
    `${engineAddress()} is ${name}, which is no Docker engine: it calls local images localhost/…, and runs health checks by timers of systemd alone, so no deployment would ever be as declared`,
    "install Docker: https://docs.docker.com/engine/install/; both can be on one machine",
    "if Docker is there as well: unset DOCKER_HOST, or docker context use NAME",
  );
}

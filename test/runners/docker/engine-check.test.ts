import { beforeEach, describe, expect, test } from "vitest";
import { engineVersion } from "../../../runners/docker/engine-check.ts";
import { EngineError, engineError } from "../../../runners/docker/engine-errors.ts";
import { run } from "../../../runners/run.ts";
import { errorText } from "../../support/error-text.ts";
import { environment, programs } from "../../support/programs.ts";

const failing = (message: string) => ({ docker: `cat >&2 <<'END'\n${message}\nEND\nexit 1` });
const troubleOf = (stderr: string) => engineError(stderr)?.trouble;

beforeEach(() => {
  environment("DOCKER_HOST", undefined);
  environment("DOCKER_API_VERSION", undefined);
});

describe("the Docker engine", () => {
  test("is known by its version", async () => {
    programs({ docker: "echo 20.10.24 1.41; echo Engine 20.10.24" });

    expect(await engineVersion()).toEqual({ version: "20.10.24", api: "1.41" });
  });

  test.each([
    ["19.03.15", "1.40"],
    ["1.13.1", "1.26"],
  ])("is refused as too old: %s with API %s", async (version, api) => {
    programs({ docker: `echo ${version} ${api}` });

    expect(await errorText(engineVersion)).toBe(
      `Docker engine ${version} (API ${api}) is too old; allowed: 20.10 (API 1.41) or newer\n  → upgrade Docker: https://docs.docker.com/engine/install/`,
    );
  });

  test("of a far newer API is accepted", async () => {
    programs({ docker: "echo 40.0.0 2.0" });

    expect(await engineVersion()).toEqual({ version: "40.0.0", api: "2.0" });
  });

  test("is not Podman, whose API says the version of an engine that it is not", async () => {
    programs({ docker: "echo 5.4.2 1.41; echo Podman Engine 5.4.2; echo Conmon conmon version 2.1.12" });

    expect(await errorText(engineVersion)).toMatch(
      /^the local socket is Podman 5\.4\.2, which is no Docker engine: /,
    );
  });

  test("nor is Podman under the name of the client", async () => {
    programs({
      docker:
        "echo 'Emulate Docker CLI using podman. Create /etc/containers/nodocker to quiet msg.' >&2; echo 5.4.2 5.4.2",
    });

    expect(await errorText(engineVersion)).toMatch(
      /^the local socket is Podman, which is no Docker engine: /,
    );
  });
});

/** As clients 20.10, 28.2 and 29 print them; the first by `docker compose`, too. */
const MESSAGES: readonly (readonly [string, string])[] = [
  [
    "unreachable",
    "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
  ],
  [
    "unreachable",
    "failed to connect to the docker API at unix:///var/run/docker.sock; check if the path is correct and if the daemon is running: dial unix /var/run/docker.sock: connect: no such file or directory",
  ],
  [
    "unreachable",
    'error during connect: Get "http://nosuchhost.invalid:2375/v1.50/containers/json": dial tcp: lookup nosuchhost.invalid on 192.0.2.53:53: no such host',
  ],
  [
    "unreachable",
    'error during connect: Get "http://docker.example.com/v1.50/containers/json": command [ssh -o ConnectTimeout=30 -T -l root -- iot.example.org docker system dial-stdio] has exited with exit status 255, make sure the URL is valid, and Docker 18.09 or later is installed on the remote host: stderr=root@iot.example.org: Permission denied (publickey).',
  ],
  [
    "unreachable",
    "request returned 500 Internal Server Error for API route and version http://%2F%2F.%2Fpipe%2FdockerDesktopLinuxEngine/v1.51/containers/json, check if the server supports the requested API version",
  ],
  [
    "permission",
    'Got permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.24/containers/json": dial unix /var/run/docker.sock: connect: permission denied',
  ],
  [
    "permission",
    'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.50/containers/json": dial unix /var/run/docker.sock: connect: permission denied',
  ],
  [
    "permission",
    "permission denied while trying to connect to the docker API at unix:///var/run/docker.sock",
  ],
  [
    "client too old",
    "Error response from daemon: client version 1.41 is too old. Minimum supported API version is 1.44, please upgrade your client to a newer version",
  ],
  [
    "client too new",
    "Error response from daemon: client version 1.99 is too new. Maximum supported API version is 1.41",
  ],
  [
    "no leader",
    "Error response from daemon: rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers are online. Make sure more than half of the managers are online.",
  ],
];

describe("a failed call of Docker's client", () => {
  test.each(MESSAGES)("means: %s, by %s", (trouble, message) => {
    expect(troubleOf(`some other line\n${message}\n`)).toBe(trouble);
  });

  test.each([
    "Error: No such object: exploreiot-local-redis",
    "Error response from daemon: pull access denied for x, repository does not exist",
    "curl: (7) Failed to connect to 127.0.0.1 port 8000: Connection refused",
    "sh: 1: cannot open /var/run/secret: Permission denied",
  ])("says nothing of the engine: %s", (message) => {
    expect(troubleOf(message)).toBe(undefined);
  });

  test("is told as that from each command, also where a failure is an answer", async () => {
    programs(failing(MESSAGES[5]?.[1] ?? ""));

    const error = await run(["docker", "inspect", "x"], { expected: [0, 1] }).catch(
      (error: unknown) => error,
    );

    expect(error).toBeInstanceOf(EngineError);
    expect((error as EngineError).render().split("\n").slice(0, 3)).toEqual([
      "Docker engine at the local socket: permission denied",
      "  → join the docker group (sudo usermod -aG docker $USER) and log in again, or run this as root",
      "  → if you have an engine of your own (rootless, Docker Desktop): docker context ls, then docker context use NAME",
    ]);
  });

  test("names a version that the environment fixes", () => {
    environment("DOCKER_API_VERSION", "1.41");

    expect(engineError(MESSAGES[8]?.[1] ?? "")?.render()).toBe(
      [
        "the Docker client is too old for the engine at the local socket: client version 1.41 is too old. Minimum supported API version is 1.44, please upgrade your client to a newer version",
        "  → DOCKER_API_VERSION is 1.41 here: unset it, and the two agree by themselves",
        "  → upgrade Docker's client: https://docs.docker.com/engine/install/ (package docker-ce-cli, or docker-cli)",
      ].join("\n"),
    );
  });

  test("does not send people to this machine for an engine elsewhere", () => {
    environment("DOCKER_HOST", "tcp://iot.example.org:2376");

    expect(engineError("error during connect: no such host")?.render()).toBe(
      [
        "Docker engine at tcp://iot.example.org:2376 does not answer: error during connect: no such host",
        "  → for an engine elsewhere, set DOCKER_HOST or docker context use NAME",
      ].join("\n"),
    );
  });
});

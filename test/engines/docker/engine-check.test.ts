import { beforeEach, describe, expect, test } from "vitest";
import { engineVersion } from "../../../engines/docker/engine-check.ts";
import { errorText } from "../../support/error-text.ts";
import { environment, programs } from "../../support/programs.ts";

const failing = (message: string) => ({ docker: `echo '${message}' >&2; exit 1` });

describe("the Docker engine", () => {
  beforeEach(() => environment("DOCKER_HOST", undefined));

  test("is known by its version", async () => {
    programs({ docker: "echo 20.10.24 1.41" });

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

  test("that may not be used says what to join", async () => {
    programs(failing("permission denied while trying to connect to the Docker daemon socket"));

    expect(await errorText(engineVersion)).toBe(
      "Docker engine at the local socket: permission denied\n  → run as root, or join the docker group (usermod -aG docker $USER) and log in again",
    );
  });

  test("that does not answer says where, why and what to start", async () => {
    environment("DOCKER_HOST", "tcp://iot.example.org:2376");
    programs(failing("error during connect: no such host"));

    expect(await errorText(engineVersion)).toBe(
      [
        "Docker engine at tcp://iot.example.org:2376 does not answer: error during connect: no such host",
        "  → start it (systemctl start docker), or let npm start install and start one (Debian and Ubuntu, as root)",
        "  → for an engine elsewhere, set DOCKER_HOST or docker context use NAME",
      ].join("\n"),
    );
  });
});

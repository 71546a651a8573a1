import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  makingVariables,
  plainEnvironment,
  plainSettings,
  withPlainClient,
} from "../../../runners/docker/plain-client.ts";
import { temporaryFolder, write } from "../../support/temporary-folder.ts";

describe("the settings that Docker's client makes containers with", () => {
  test("are the user's way to the engine and to plugins, and nothing else", () => {
    const own = temporaryFolder();
    write(
      own,
      "config.json",
      JSON.stringify({
        auths: { "registry.example": { auth: "dTpw" } },
        proxies: { default: { httpProxy: "http://u:p@proxy.example:3128" } },
        HttpHeaders: { "X-Meta": "1" },
        cliPluginsExtraDirs: ["/opt/plugins"],
        currentContext: "far",
        detachKeys: "ctrl-e",
      }),
    );

    expect(plainSettings(own)).toEqual({
      HttpHeaders: { "X-Meta": "1" },
      cliPluginsExtraDirs: [join(own, "cli-plugins"), "/opt/plugins"],
    });
  });

  test.each(["{", "[]", ""])("are the same where the user's say %j", (text) => {
    const own = temporaryFolder();
    write(own, "config.json", text);

    expect(plainSettings(own)).toEqual({ cliPluginsExtraDirs: [join(own, "cli-plugins")] });
  });

  test("are in a folder that nobody else may enter, and only for as long as they are needed", async () => {
    const before = process.env.DOCKER_CONFIG;
    const own = temporaryFolder();
    process.env.DOCKER_CONFIG = own;
    onTestFinished(() => {
      if (before === undefined) delete process.env.DOCKER_CONFIG;
      else process.env.DOCKER_CONFIG = before;
    });
    const folder = await withPlainClient(async ({ DOCKER_CONFIG = "" }) => {
      expect(statSync(DOCKER_CONFIG).mode & 0o777).toBe(0o700);
      expect(JSON.parse(readFileSync(join(DOCKER_CONFIG, "config.json"), "utf8"))).toEqual({
        cliPluginsExtraDirs: [join(own, "cli-plugins")],
      });
      return DOCKER_CONFIG;
    });

    expect(existsSync(folder)).toBe(false);
  });
});

describe("the environment that Docker's client makes containers in", () => {
  const env = {
    ...{ COMPOSE_FILE: "a", COMPOSE_PROJECT_NAME: "b", COMPOSE_IGNORE_ORPHANS: "1", BUILDX_BUILDER: "c" },
    ...{
      DOCKER_DEFAULT_PLATFORM: "linux/arm64",
      DOCKER_CONTENT_TRUST: "1",
      DOCKER_CONTENT_TRUST_SERVER: "d",
    },
    ...{ DOCKER_HOST: "tcp://far:2376", DOCKER_TLS_VERIFY: "1", DOCKER_API_VERSION: "1.41", HTTP_PROXY: "e" },
  };

  test("says nothing of other projects, files and platforms, and still where the engine is", () => {
    expect(plainEnvironment(env, "/own", "/plain")).toEqual({
      ...Object.fromEntries(makingVariables(env).map((name) => [name, undefined])),
      DOCKER_CONFIG: "/plain",
      DOCKER_CERT_PATH: "/own",
    });
    expect(makingVariables(env)).toEqual([
      "BUILDX_BUILDER",
      "COMPOSE_FILE",
      "COMPOSE_IGNORE_ORPHANS",
      "COMPOSE_PROJECT_NAME",
      "DOCKER_CONTENT_TRUST",
      "DOCKER_CONTENT_TRUST_SERVER",
      "DOCKER_DEFAULT_PLATFORM",
    ]);
  });

  test("leaves the certificates where they were said to be", () => {
    expect(
      plainEnvironment({ DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: "/certs" }, "/own", "/plain"),
    ).toEqual({
      DOCKER_CONFIG: "/plain",
    });
  });
});

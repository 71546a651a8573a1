import { chmodSync } from "node:fs";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { registryLogin } from "../../../runners/images/registry-login.ts";
import { temporaryFolder, write } from "../../support/temporary-folder.ts";

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
  vi.stubEnv("DOCKER_CONFIG", folder);
  vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
});
afterEach(() => void vi.unstubAllEnvs());

const configure = (config: object) => write(folder, "config.json", JSON.stringify(config));

/** A helper that knows one registry, as `docker-credential-NAME get` answers. */
function helper(name: string, host: string, user: string): void {
  const answer = `{"ServerURL":"${host}","Username":"${user}","Secret":"from ${name}"}`;
  const script = `#!/bin/sh\nread host; [ "$1 $host" = "get ${host}" ] || { echo credentials not found; exit 1; }\necho '${answer}'\n`;
  chmodSync(write(folder, `docker-credential-${name}`, script), 0o755);
}

async function login(reference: string): Promise<unknown> {
  const header = await registryLogin(reference);
  return header && JSON.parse(Buffer.from(header, "base64url").toString());
}

const HUB = "https://index.docker.io/v1/";

test("nobody is logged in without a configuration", async () => {
  expect(await registryLogin("redis:8")).toBeUndefined();
});

test("the registry of a reference is looked up by its host, Docker Hub by the name that clients give it", async () => {
  configure({
    auths: { [HUB]: { auth: btoa("hub:one") }, "mirror.example:5000": { auth: btoa("mirror:two:three") } },
  });

  expect(await login("redis:8")).toEqual({ username: "hub", password: "one", serveraddress: HUB });
  expect(await login("valkey/valkey@sha256:0")).toEqual({
    username: "hub",
    password: "one",
    serveraddress: HUB,
  });
  expect(await login("mirror.example:5000/hub/redis:8")).toEqual({
    username: "mirror",
    password: "two:three",
    serveraddress: "mirror.example:5000",
  });
  expect(await login("ghcr.io/a/b")).toBeUndefined();
});

test("a helper is asked instead, that of the registry before that of all", async () => {
  helper("desktop", HUB, "ann");
  helper("cloud", "cloud.example", "<token>");
  configure({
    auths: { [HUB]: {} },
    credsStore: "desktop",
    credHelpers: { "cloud.example": "cloud", "gone.example": "gone" },
  });

  expect(await login("redis")).toEqual({ username: "ann", password: "from desktop", serveraddress: HUB });
  expect(await login("cloud.example/a:1")).toEqual({
    identitytoken: "from cloud",
    serveraddress: "cloud.example",
  });
  expect(await login("other.example/a:1")).toBeUndefined();
  expect(await login("gone.example/a:1")).toBeUndefined();
});

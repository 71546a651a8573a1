import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startScript } from "../../render/start-script.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

/** Functions of start.sh, which are alone between an empty line and a closing brace in the first column. */
function functions(...names: readonly string[]): string {
  const script = startScript("compose");
  return names
    .map((name) => script.slice(script.indexOf(`\n${name}() {`)).split("\n}\n")[0])
    .map((text) => `${text}\n}`)
    .join("\n");
}

test("a secret in the middle of a URL is what its reader decodes, made on a server as in the kit", () => {
  const folder = temporaryFolder();
  const word = "a:b/c?d@e#f%20 ü&\"'";
  write(folder, "secrets/own-token", word);
  const script = `${functions("settle", "derived")}\nderived files/url text 'redis://u:' url own-token text '@redis:6379/0'`;
  execFileSync("/bin/sh", ["-euc", script], { cwd: folder });
  const { password, host } = new URL(readFileSync(join(folder, "secrets/files/url"), "utf8"));

  expect([decodeURIComponent(password), host]).toEqual([word, "redis:6379"]);
});

test.each([
  ["no home, as for a service of the system", {}, "/.docker/cli-plugins"],
  ["a home", { HOME: "/root" }, "/root/.docker/cli-plugins"],
  [
    "settings of Docker elsewhere",
    { HOME: "/root", DOCKER_CONFIG: "/etc/docker-client" },
    "/etc/docker-client/cli-plugins",
  ],
])("the client's plugins are found with %s", (_, env, plugins) => {
  const folder = temporaryFolder();
  execFileSync("/bin/sh", ["-euc", `${functions("settle", "plain")}\nplain true`], {
    ...{ cwd: folder, env: { PATH: "/usr/bin:/bin", ...env } },
  });

  expect(JSON.parse(readFileSync(join(folder, "secrets/.docker/config.json"), "utf8"))).toEqual({
    cliPluginsExtraDirs: [plugins],
  });
});

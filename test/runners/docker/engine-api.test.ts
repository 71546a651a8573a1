import { expect, test } from "vitest";
import { fromEngine } from "../../../runners/docker/engine-api.ts";
import { execIn } from "../../../runners/docker/exec.ts";
import { inspect, withLabel } from "../../../runners/docker/observe.ts";
import { errorText } from "../../support/error-text.ts";
import { environment, programs } from "../../support/programs.ts";
import { engine } from "../../support/scripted-engine.ts";

test("things that the engine has are told, and others left out", async () => {
  const asked = await engine({
    things: {
      "/containers/a/json": { Name: "/a" },
      '/containers/json?all=1&filters={"label":["x=1"]}': [{ Id: "a" }, { Id: "gone" }],
    },
  });

  expect(await inspect(["a", "b"])).toEqual([{ Name: "/a" }]);
  expect(await withLabel("x=1")).toEqual([{ Name: "/a" }]);
  expect(asked).toEqual([
    "GET /containers/a/json",
    "GET /containers/b/json",
    `GET /containers/json?all=1&filters={"label":["x=1"]}`,
    "GET /containers/a/json",
    "GET /containers/gone/json",
  ]);
});

test("each answer tells an engine that is too old", async () => {
  await engine({ headers: { Server: "Docker/19.03.15 (linux)", "Api-Version": "1.40" } });

  expect(await errorText(() => fromEngine("/info"))).toBe(
    "Docker engine 19.03.15 (API 1.40) is too old; allowed: 20.10 (API 1.41) or newer\n  → upgrade Docker: https://docs.docker.com/engine/install/",
  );
});

test("and one that does not say which it is", async () => {
  await engine({ headers: { "Api-Version": "1.24" } });

  expect(await errorText(() => fromEngine("/info"))).toMatch(
    /^Docker engine of unknown version \(API 1\.24\) is too old; /,
  );
});

test("and another product", async () => {
  await engine({ headers: { Server: "Libpod/5.4.2 (linux)", "Api-Version": "1.41" } });

  expect(await errorText(() => fromEngine("/info"))).toMatch(
    / is Podman 5\.4\.2, which is no Docker engine: /,
  );
});

test("an engine that is not there is told in the words of Docker's client", async () => {
  environment("DOCKER_HOST", "unix:///nowhere/docker.sock");
  programs({
    docker:
      "echo 'Cannot connect to the Docker daemon at unix:///nowhere/docker.sock. Is the docker daemon running?' >&2; exit 1",
  });

  expect(await errorText(() => inspect(["a"]))).toMatch(
    /^Docker engine at unix:\/\/\/nowhere\/docker\.sock does not answer: Cannot connect to the Docker daemon/,
  );
});

test("a command in a container has its input, both outputs and its exit code", async () => {
  await engine({
    exec: (command, input) => ({ code: 3, stdout: `${command} <${input}>\n`, stderr: "no room\n" }),
  });
  const lines: string[] = [];

  const result = await execIn("a", ["psql", "-At"], {
    ...{ input: "SELECT 1", expected: [3] },
    onLine: (line) => lines.push(line),
  });

  expect(result).toEqual({ code: 3, stdout: "psql -At <SELECT 1>\n", stderr: "no room\n" });
  expect(lines).toEqual(["psql -At <SELECT 1>", "no room"]);
});

test("a command in a container that is not there ends as with Docker's client, unless nobody expects it", async () => {
  await engine({});

  expect(await execIn("gone", ["true"], { expected: [0, 1] })).toEqual({
    ...{ code: 1, stdout: "" },
    stderr: "No such thing: /containers/gone/exec",
  });
  expect(await errorText(() => execIn("gone", ["true"]))).toBe(
    "docker exec gone ended with exit code 1\nNo such thing: /containers/gone/exec",
  );
});

test("a command whose end nobody knows says so behind what it had said", async () => {
  await engine({ exec: () => ({ code: "unknown", stdout: "one\n", stderr: "backup: half of it" }) });

  expect(await execIn("a", ["backup", "now"], { expected: [0, 1] })).toEqual({
    ...{ code: 1, stdout: "one\n" },
    stderr:
      "backup: half of it\nits container was removed, or the engine was started again, before it ended\n",
  });
});

test("an engine that goes away in the middle of an answer, or of a command, is told as that", async () => {
  await engine({ cut: true, things: { "/info": { SystemTime: "now" } }, exec: () => ({}) });
  // Its client reaches the one that took its place.
  programs({ docker: "exit 0" });
  const lost =
    /^Docker engine at unix:\/\/\S+: the connection was lost \(.+\)\n {2}→ run the same command again; /;

  expect(await errorText(() => fromEngine("/info"))).toMatch(lost);
  expect(await errorText(() => execIn("a", ["backup", "make"]))).toMatch(lost);
});

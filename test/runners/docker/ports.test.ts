import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { Observation } from "../../../runners/docker/observe.ts";
import { refuseTakenPorts } from "../../../runners/docker/ports.ts";
import { errorText } from "../../support/error-text.ts";
import { environment } from "../../support/programs.ts";
import { engine } from "../../support/scripted-engine.ts";
import { containerSpec, stackOf } from "../../support/stack.ts";

const REMEDY = "  → stop it, or choose another port under listeners in the configuration";

const nothing: Observation = { containers: new Map(), images: new Map() };
const publishing = (...ports: readonly number[]) =>
  stackOf([
    containerSpec("api", {
      block: {
        ports: ports.map((external) => ({ internal: 80, external, ip: "127.0.0.1", protocol: "tcp" })),
      },
    }),
  ]);

/** A process of its own that listens on a port of the system's choice. */
async function listener(): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const script =
    'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => console.log(s.address().port))';
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill());
  const [line] = await once(child.stdout, "data");
  return { child, port: Number(line) };
}

/** The question which container publishes a port. */
const published = (port: number) =>
  `/containers/json?all=1&filters={"publish":["${port}"],"status":["running"]}`;

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

describe("a port that the deployment publishes", () => {
  beforeEach(async () => {
    // An engine that publishes nothing.
    await engine({});
  });

  test("is the deployment's own where a task of it has it, on a swarm", async () => {
    const { port } = await listener();
    const label = '"com.docker.stack.namespace=exploreiot-NAME"'.replace("NAME", publishing(port).name);
    await engine({
      things: {
        [`/containers/json?all=1&filters={"label":[${label}],"status":["running"]}`]: [
          { Id: "a", Names: ["/task"], Ports: [{ PrivatePort: 80, PublicPort: port, Type: "tcp" }] },
        ],
      },
    });

    expect(await refuseTakenPorts(publishing(port), nothing)).toBeUndefined();
  });

  test("is refused where a process listens on it, which is named", async () => {
    const { child, port } = await listener();

    expect(await errorText(() => refuseTakenPorts(publishing(port), nothing))).toBe(
      `port 127.0.0.1:${port} is taken by the process node (pid ${child.pid})\n${REMEDY}`,
    );
  });

  test("is refused where a container publishes it, which is named", async () => {
    const { port } = await listener();
    await engine({ things: { [published(port)]: [{ Names: ["/other-web-1"] }] } });

    expect(await errorText(() => refuseTakenPorts(publishing(port), nothing))).toBe(
      `port 127.0.0.1:${port} is taken by the container other-web-1\n${REMEDY}`,
    );
  });

  test("is refused together with every other that is taken", async () => {
    const [one, two, free] = [(await listener()).port, (await listener()).port, await freePort()];
    const other = [{ Names: ["/other"] }];
    await engine({ things: { [published(one)]: other, [published(two)]: other } });

    expect(await errorText(() => refuseTakenPorts(publishing(one, free, two), nothing))).toBe(
      `port 127.0.0.1:${one} is taken by the container other\nport 127.0.0.1:${two} is taken by the container other\n${REMEDY}`,
    );
  });

  test("is accepted where nobody listens", async () => {
    await expect(refuseTakenPorts(publishing(await freePort()), nothing)).resolves.toBeUndefined();
  });

  test("is accepted where the deployment's own container holds it already", async () => {
    const { port } = await listener();
    const running = { State: { Running: true } } as never;
    const seen = { ...nothing, containers: new Map([["exploreiot-demo-api", running]]) };

    await expect(refuseTakenPorts(publishing(port), seen)).resolves.toBeUndefined();
  });

  test("is left to an engine on another machine to judge", async () => {
    const { port } = await listener();
    environment("DOCKER_HOST", "ssh://iot.example.org");

    await expect(refuseTakenPorts(publishing(port), nothing)).resolves.toBeUndefined();
  });
});

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { DeploymentInput } from "../../config/schema.ts";
import { projectRoot } from "../../core/home.ts";
import type { RunnerName } from "../../runners/record.ts";
import { run } from "../../runners/run.ts";
import { BROKER_ALONE } from "../support/broker-alone.ts";
import { docker, kit, missing, TestDeployment, titled } from "../support/e2e.ts";

const BROKER_PORT = 21993;
const off = { enabled: false } as const;
const quickest: RunnerName = missing.compose === undefined ? "compose" : "terraform";

const brokerOnly: DeploymentInput = {
  name: "e2e-faults",
  listeners: { mqtt: { port: BROKER_PORT } },
  ...BROKER_ALONE,
};

let deployment: TestDeployment;

beforeAll(async () => {
  if (missing.docker === undefined) await new TestDeployment(brokerOnly).wipe();
});
beforeEach(() => {
  deployment = new TestDeployment(brokerOnly);
});
afterEach(async () => {
  if (missing.docker === undefined) await deployment.wipe();
});

describe.skipIf(missing[quickest])(titled("up refuses, and says what to do", missing[quickest]), () => {
  test("a port that a process holds, naming the process", async () => {
    const holder = createTcpServer().listen(BROKER_PORT, "127.0.0.1");
    const { code, stderr } = await deployment.kit("up", "--runner", quickest);
    holder.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`port 127.0.0.1:${BROKER_PORT} is taken by the process`);
    expect(stderr).toContain(`pid ${process.pid}`);
    expect(stderr).toContain("→ stop it, or choose another port under listeners in the configuration");
  });

  test("a port that a container holds, naming the container", async () => {
    const publish = ["--publish", `127.0.0.1:${BROKER_PORT}:1883`];
    await docker("run", "--detach", "--name", "e2e-other", ...publish, await baseImage(), "sleep", "600");
    const { code, stderr } = await deployment.kit("up", "--runner", quickest);
    await docker("rm", "--force", "e2e-other");
    expect(code).toBe(1);
    expect(stderr).toContain(`port 127.0.0.1:${BROKER_PORT} is taken by the container e2e-other`);
  });

  test("a name that a foreign container has, and leaves that container alone", async () => {
    const name = deployment.container("mosquitto");
    const id = await docker("create", "--name", name, await baseImage());
    const { code, stderr } = await deployment.kit("up", "--runner", quickest);
    const still = await docker("inspect", "--format", "{{.Id}}", name);
    await docker("rm", name);
    expect(code).toBe(1);
    expect(stderr).toContain(`container name taken: ${name} exists and is not part of deployment e2e-faults`);
    expect(still).toBe(id);
  });

  test("a subnet that another Docker network has, naming both", async () => {
    await docker("network", "create", "--subnet", "10.213.90.0/24", "e2e-taken");
    deployment.configure({ networks: { broker: { ipv4: "10.213.90.128/28" } } });
    const { code, stderr } = await deployment.kit("up", "--runner", quickest);
    await docker("network", "rm", "e2e-taken");
    expect(code).toBe(1);
    expect(stderr).toContain(
      "subnet 10.213.90.128/28 of exploreiot-e2e-faults-broker overlaps with 10.213.90.0/24 of the Docker network e2e-taken",
    );
  });

  test("data that another checkout made, and leaves it alone", async () => {
    const volume = deployment.container("mosquitto-data");
    await docker("volume", "create", volume);
    const { code, stderr } = await deployment.kit("up", "--runner", quickest);
    const down = await deployment.kit("down", "--delete-data", "--yes");
    const still = await docker("volume", "inspect", "--format", "{{.Name}}", volume);
    await docker("volume", "rm", volume);
    expect([code, down.code]).toEqual([1, 1]);
    for (const said of [stderr, down.stderr])
      expect(said).toContain(`error: data of another checkout is in the way: ${volume}`);
    expect(still).toBe(volume);
  });

  test("an image that cannot be had, naming it", async () => {
    deployment.configure({ backend: { image: "127.0.0.1:1/none:1", roles: [{ name: "app" }] } });
    const { code, stderr } = await deployment.kit("up", "--runner", quickest);
    expect(code).toBe(1);
    expect(stderr).toContain("error: 127.0.0.1:1/none:1: docker pull failed");
  });
});

describe.skipIf(missing.docker)(titled("up tells apart", missing.docker), () => {
  test("an engine that is not there", async () => {
    const { code, stderr } = await withEngine("unix:///nonexistent/docker.sock");
    expect(code).toBe(1);
    expect(stderr).toContain("error: Docker engine at unix:///nonexistent/docker.sock does not answer");
    expect(stderr).toContain("→ start it (systemctl start docker)");
  });

  test("an engine that cannot be reached", async () => {
    const { code, stderr } = await withEngine("tcp://127.0.0.1:1");
    expect(code).toBe(1);
    expect(stderr).toContain("error: Docker engine at tcp://127.0.0.1:1 does not answer");
  });

  test("an engine that is too old", async () => {
    const socket = join(tmpdir(), `exploreiot-old-${process.pid}.sock`);
    const version = { ApiVersion: "1.24", Version: "1.12.6", MinAPIVersion: "1.12" };
    const engine = createServer((request, response) => {
      response.setHeader("Api-Version", "1.24").setHeader("Server", "Docker/1.12.6 (linux)");
      const known = request.url?.endsWith("/version") || request.url?.endsWith("/_ping");
      response
        .writeHead(known ? 200 : 404, { "content-type": "application/json" })
        .end(JSON.stringify(known ? version : { message: "No such container" }));
    }).listen(socket);
    const { code, stderr } = await withEngine(`unix://${socket}`);
    engine.close();
    expect(code).toBe(1);
    expect(stderr).toContain(
      "Docker engine 1.12.6 (API 1.24) is too old; allowed: 20.10 (API 1.41) or newer",
    );
  });

  const withEngine = (host: string) =>
    kit(["up", "--config", deployment.site], { env: { DOCKER_HOST: host } });
});

for (const runner of ["terraform", "compose"] as const) {
  describe.skipIf(missing[runner])(titled(`while ${runner} works`, missing[runner]), () => {
    test("a container that crashes is named at once, with its exit code and its last words; up ends early", async () => {
      const image = await baseImage();
      const command = ["/bin/sh", "-c", "sleep 1; echo the last words; exit 3"];
      const health = { command: ["false"], startPeriodSeconds: 600 };
      deployment.configure({
        mosquitto: off,
        backend: { image, roles: [{ name: "app", command, health }] },
      });
      const up = startUp(runner);
      const ended = new Promise((resolve) => up.once("exit", resolve));
      const named = new Promise<number>((resolve, reject) => {
        let said = "";
        up.stderr.on("data", (data) => {
          said += String(data);
          if (/app: ended with exit code 3.*\n {4}the last words/.test(said)) resolve(Date.now());
        });
        up.once("exit", () => reject(new Error(`not named:\n${said}`)));
      });
      const at = await named;
      const started = Date.parse(
        await docker("inspect", "--format", "{{.Created}}", deployment.container("app")),
      );
      // It crashes a second after each start. Nothing but its crashes ends the wait for its health this early: that
      // takes 600 s and its tries. A busy machine needs some of the room.
      expect(at - started).toBeLessThan(30_000);
      expect(await ended).toBe(1);
      expect(Date.now() - started).toBeLessThan(60_000);
      expect((await deployment.kit("down", "--delete-data", "--yes")).code).toBe(0);
    });

    // No runner works yet at the earliest moments.
    test.each(runner === quickest ? [300, 1000, 2000, 3500] : [2000, 3500])(
      "Ctrl-C after %i ms leaves nothing half-written, and the next up repairs it",
      async (ms) => {
        const up = startUp(runner);
        const ended = new Promise((resolve) => up.once("exit", resolve));
        await delay(ms);
        up.kill("SIGINT");
        await ended;
        expect(filesBelow(deployment.home).filter((name) => name.endsWith(".tmp"))).toEqual([]);
        await deployment.up(runner);
        expect((await deployment.kit("status")).code).toBe(0);
        expect(await deployment.up(runner)).toEqual({ changed: false, log: "" });
      },
    );
  });
}

describe.skipIf(missing[quickest])(titled("a container that never works", missing[quickest]), () => {
  test("is named when it turns unhealthy, and up fails", async () => {
    const image = await baseImage();
    const command = ["/bin/sh", "-c", "echo still starting; sleep 600"];
    const health = { command: ["false"], startPeriodSeconds: 2, retries: 2 };
    deployment.configure({
      mosquitto: off,
      backend: { image, roles: [{ name: "app", command, health }] },
    });
    const { code, stderr } = await deployment.kit("up", "--runner", quickest);
    expect(code).toBe(1);
    expect(stderr).toContain(
      `${deployment.container("app")}: unhealthy: the probe ended with exit code 1 and said nothing\n    still starting`,
    );
  });
});

describe.skipIf(process.getuid?.() !== 0)("a full disk [needs root, to mount a small one]", () => {
  test("stops with a clear error and no half-written file; with space again, all is well", async () => {
    mkdirSync(deployment.home, { recursive: true });
    await run(["mount", "-t", "tmpfs", "-o", "size=4k,mode=0700", "tmpfs", deployment.home]);
    const full = await deployment.kit("synth");
    const left = filesBelow(deployment.home).filter((name) => name.endsWith(".tmp"));
    await run(["umount", deployment.home]);
    rmSync(deployment.home, { recursive: true, force: true });
    expect(full.code).toBe(1);
    expect(full.stderr).toMatch(/cannot be written \(ENOSPC/);
    expect(full.stderr).toContain("→ free some disk space and run it again");
    expect(left).toEqual([]);
    expect((await deployment.kit("synth")).code).toBe(0);
  });
});

afterAll(async () => {
  if (missing.docker === undefined) await run(["docker", "network", "rm", "e2e-taken"], { expected: [0, 1] });
});

const baseImage = async (): Promise<string> => {
  const images = await docker("images", "--format", "{{.Repository}}:{{.Tag}}", "exploreiot/base");
  return images.split("\n")[0] as string;
};

/** An `up` that can be interrupted. */
const startUp = (runner: RunnerName) =>
  spawn(process.execPath, [
    ...[join(projectRoot, "bin", "exploreiot.js"), "up"],
    ...["--config", deployment.site, "--runner", runner],
  ]);

const filesBelow = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder, { recursive: true }).map(String) : [];

import { spawn } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DeploymentInput } from "../../config/schema.ts";
import { projectRoot } from "../../core/home.ts";
import type { RunnerName } from "../../runners/record.ts";
import { run } from "../../runners/run.ts";
import { docker, missing, TestDeployment, titled, until } from "../support/e2e.ts";

const PORT = 23210;
const off = { enabled: false };
const quickest: RunnerName = missing.compose === undefined ? "compose" : "terraform";
/** An `up` that waits for this one's health waits far longer than any test may take. */
const LATE = { startPeriodSeconds: 600 };
const SOON = { startPeriodSeconds: 2, intervalSeconds: 1, retries: 2 };

/** A page in an image that has neither bash nor a libc. */
const page = {
  build: { context: join(projectRoot, "test", "e2e", "health"), args: { BASE: "{exploreiot/base}" } },
} satisfies DeploymentInput["frontend"];
const httpd = (...address: readonly string[]) => [
  ...["/bin/busybox", "httpd", "-f", "-h", "/www", "-p"],
  ...address,
];
const sh = (script: string) => ["/bin/busybox", "sh", "-c", script];

const deployment = new TestDeployment({
  ...{ name: "e2e-health", listeners: { frontend: { port: PORT } } },
  ...{ mosquitto: off, postgres: off, redis: off, backend: off },
  frontend: page,
});
const container = deployment.container("frontend");

/** What `up` says of a page that is run like this. */
async function upWith(frontend: DeploymentInput["frontend"], runner = quickest) {
  deployment.configure({ frontend: { ...page, ...frontend } });
  const before = Date.now();
  const { code, stderr } = await deployment.kit("up", "--runner", runner);
  return { code, stderr, seconds: (Date.now() - before) / 1000 };
}

beforeAll(async () => {
  if (missing.docker === undefined) await deployment.clear();
});
afterAll(async () => {
  if (missing.docker === undefined) await deployment.wipe();
});

describe.skipIf(missing[quickest])(titled("a page in a bare image", missing[quickest]), () => {
  test("is healthy when it answers", async () => {
    expect((await upWith({})).code).toBe(0);
    expect(await docker("inspect", "--format", "{{(index .State.Health.Log 0).Output}}", container)).toBe(
      "GET /healthz: 200 OK",
    );
    expect((await deployment.kit("status")).code).toBe(0);
  });

  test("whose port nobody listens on any more is not well, and the next up opens it", async () => {
    await run(["pkill", "--full", `docker-proxy .*-host-port ${PORT} `]);
    await until("the proxy to end", async () => !(await listens()));
    const { code, stdout } = await deployment.kit("status", "--json");
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      well: false,
      containers: expect.arrayContaining([
        expect.objectContaining({
          ...{ role: "frontend", health: "healthy" },
          trouble: [`port 127.0.0.1:${PORT} refuses connections`],
        }),
      ]),
    });
    const repaired = await deployment.up(quickest);
    expect(repaired.log).toContain(
      `removing ${container}: it is well, but its port 127.0.0.1:${PORT} refuses connections`,
    );
    expect(await listens()).toBe(true);
  });

  test("may be a daemon without HTTP, of which a process has to live", async () => {
    expect((await upWith({ command: sh("sleep 600 & wait"), health: { process: "sleep" } })).code).toBe(0);
    const { code, stderr } = await upWith({
      command: sh("sleep 600"),
      health: { ...SOON, process: "collector" },
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/unhealthy: no process collector runs; there is (busybox|sleep)\n/);
  });

  test("an up that fails says which answer is not the right one", async () => {
    const { code, stderr } = await upWith({ healthPath: "/none", health: SOON });
    expect(code).toBe(1);
    expect(stderr).toContain(`${container}: not healthy yet: GET /none: 404 Not Found`);
    expect(stderr).toMatch(failed("is unhealthy: GET /none: 404 Not Found"));
  });

  test("an up that fails says that memory does not suffice, with the limit and its setting", async () => {
    const greedy = sh("x=aaaaaaaaaaaaaaaa; while true; do x=$x$x; done");
    const limits = { memoryMiB: 8 };
    const { code, stderr, seconds } = await upWith({ command: greedy, limits, health: LATE });
    expect(code).toBe(1);
    expect(stderr).toContain(`${container}: out of memory: its limit is 8 MiB (frontend.limits.memoryMiB)`);
    expect(stderr).toMatch(failed("ended with exit code 137, out of memory: its limit is 8 MiB"));
    expect(seconds).toBeLessThan(60);
  });
});

for (const runner of ["terraform", "compose"] as const) {
  describe.skipIf(missing[runner])(titled(`with ${runner}, up says why`, missing[runner]), () => {
    beforeAll(() => deployment.clear());

    test("nobody can reach a program that listens on loopback only", async () => {
      const { code, stderr } = await upWith({ command: httpd("127.0.0.1:3000"), health: SOON }, runner);
      expect(code).toBe(1);
      expect(stderr).toMatch(
        failed("is unhealthy: connection refused at \\S+:3000: the program listens on loopback only"),
      );
    });

    test("a program is not there, and does not wait for its time limit", async () => {
      const { code, stderr, seconds } = await upWith({ command: ["no-such-program"], health: LATE }, runner);
      expect(code).toBe(1);
      expect(stderr).toMatch(failed("ended with exit code 127, a program was not found"));
      expect(seconds).toBeLessThan(60);
    });

    test("a start that is slow goes on where it was, after an up that was interrupted", async () => {
      expect((await upWith({}, runner)).code).toBe(0);
      deployment.configure({
        frontend: { ...page, command: sh(`sleep 6; exec ${httpd("3000").join(" ")}`) },
      });
      await interruptedUp(runner);
      const started = () => docker("inspect", "--format", "{{.Id}} {{.State.StartedAt}}", container);
      const before = await started();
      const { log } = await deployment.up(runner);
      expect(await started()).toBe(before);
      expect(log).not.toContain("removing");
      expect(await deployment.up(runner)).toEqual({ changed: false, log: "" });
    });
  });
}

/**
 * The error of an up. Compose gives up by itself where it sees a container restart, and sometimes before the kit is
 * certain, so the words in front of the reason differ.
 */
const failed = (why: string) => new RegExp(`error: (.*\\n)*${container} (cannot become healthy: it )?${why}`);

/** Interrupts an up as soon as the page's container runs and is not healthy yet. */
async function interruptedUp(runner: RunnerName): Promise<void> {
  const args = ["up", "--config", deployment.site, "--runner", runner];
  const up = spawn(process.execPath, [join(projectRoot, "bin", "exploreiot.js"), ...args]);
  const ended = new Promise((resolve) => up.once("exit", resolve));
  let said = "";
  up.stderr.on("data", (data) => {
    said += String(data);
  });
  await until("the page to start", async () => said.includes(`${container}: started`), 60_000);
  up.kill("SIGINT");
  expect(await ended).toBe(1);
}

const listens = async (): Promise<boolean> =>
  (await run(["ss", "-Hltn", `sport = :${PORT}`])).stdout.trim() !== "";

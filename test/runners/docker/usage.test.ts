import { createServer } from "node:http";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { type Stats, UsageMeter } from "../../../runners/docker/usage.ts";
import { containerSpec, stackOf } from "../../support/stack.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const MIB = 1024 ** 2;
const STARTED = "2026-11-29T12:00:00Z";

const stats = (read: string, cpuSeconds: number, more: Stats["memory_stats"] = {}): Stats => ({
  read,
  memory_stats: { usage: 50 * MIB, stats: { inactive_file: 10 * MIB }, ...more },
  cpu_stats: { cpu_usage: { total_usage: cpuSeconds * 1e9 } },
});
const found = (given: Stats, startedAt = STARTED) => [{ name: "api", startedAt, stats: given }];

test("the first look tells the mean since the start, the next one that since the look before", () => {
  const meter = new UsageMeter();

  expect([
    meter.take(found(stats("2026-11-29T12:00:20Z", 5))).get("api"),
    meter.take(found(stats("2026-11-29T12:00:22.500Z", 10))).get("api"),
    // Started again meanwhile.
    meter.take(found(stats("2026-11-29T12:01:00Z", 1), "2026-11-29T12:00:50Z")).get("api"),
  ]).toEqual([
    { memoryMiB: 40, cpuPercent: 25, cpuSince: "start" },
    { memoryMiB: 40, cpuPercent: 200, cpuSince: "look before" },
    { memoryMiB: 40, cpuPercent: 10, cpuSince: "start" },
  ]);
});

test("files that the kernel can drop are not counted, by either version of control groups; without counts nothing is told", () => {
  const memoryOf = (memory: Stats["memory_stats"]) =>
    new UsageMeter().take(found(stats("2026-11-29T12:00:20Z", 5, memory))).get("api")?.memoryMiB;

  expect([
    memoryOf({ stats: { total_inactive_file: 20 * MIB } }),
    memoryOf({ stats: {} }),
    new UsageMeter().take(found({ ...stats("2026-11-29T12:00:20Z", 5), memory_stats: {} })).size,
  ]).toEqual([30, 50, 0]);
});

/** A socket that answers as the engine does. */
async function engine(answer: (path: string) => unknown): Promise<readonly string[]> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const told = answer(request.url ?? "");
    response.writeHead(told === undefined ? 404 : 200, { "Content-Type": "application/json" });
    response.end(told === undefined ? '{"message":"No such container"}' : JSON.stringify(told));
  });
  const socket = join(temporaryFolder(), "engine.sock");
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  vi.stubEnv("DOCKER_HOST", `unix://${socket}`);
  servers.push(server);
  return asked;
}

const servers: { close: () => void; closeAllConnections: () => void }[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const state = (Id: string, Running = true) => ({ Id, State: { Running, StartedAt: STARTED } });
const stack = stackOf([
  ...["api", "gone", "stopped"].map((role) => containerSpec(role)),
  containerSpec("migrate", { job: true }),
]);
const seen = {
  images: new Map(),
  containers: new Map([
    ["exploreiot-demo-api", state("a1")],
    ["exploreiot-demo-gone", state("b2")],
    ["exploreiot-demo-stopped", state("c3", false)],
    ["exploreiot-demo-migrate", state("d4")],
  ]),
} as never;

test("running services are asked for one sample each, and one that is gone meanwhile is left out", async () => {
  const asked = await engine((path) =>
    path.startsWith("/containers/a1/") ? stats("2026-11-29T12:00:20Z", 5) : undefined,
  );

  const usage = await new UsageMeter().look(stack, seen);

  expect([...usage]).toEqual([["exploreiot-demo-api", { memoryMiB: 40, cpuPercent: 25, cpuSince: "start" }]]);
  expect([...asked].sort()).toEqual([
    "GET /containers/a1/stats?stream=false&one-shot=true",
    "GET /containers/b2/stats?stream=false&one-shot=true",
  ]);
});

test("an engine that cannot be asked has nothing to tell, and keeps nobody waiting", async () => {
  vi.stubEnv("DOCKER_HOST", `unix://${join(temporaryFolder(), "nobody.sock")}`);

  expect((await new UsageMeter().look(stack, seen)).size).toBe(0);
});

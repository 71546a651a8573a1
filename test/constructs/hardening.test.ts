import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  goDuration,
  httpProbe,
  probeOf,
  probeTiming,
  tmpfsOptions,
  waitTimeoutSeconds,
} from "../../constructs/hardening.ts";

test.each([
  [0, "0s"],
  [0.5, "500ms"],
  [1, "1s"],
  [1.5, "1.5s"],
  [59, "59s"],
  [60, "1m0s"],
  [90, "1m30s"],
  [3600, "1h0m0s"],
  [3661, "1h1m1s"],
])("%d s is written as Go prints it: %s", (seconds, text) => {
  expect(goDuration(seconds)).toBe(text);
});

test("a container is waited for as long as its probe can take to give up, and no longer", () => {
  const timing = { startPeriodSeconds: 10, intervalSeconds: 1, timeoutSeconds: 2, retries: 3 };

  expect(waitTimeoutSeconds(timing)).toBe(27);
});

test("a server is probed less often than a stack that is started many times a day", () => {
  const local = { startPeriodSeconds: 30, intervalSeconds: 2, timeoutSeconds: 3, retries: 5 };

  expect(probeTiming({ environment: "local" })).toEqual(local);
  expect(probeTiming({ environment: "production" })).toEqual({ ...local, intervalSeconds: 10, retries: 3 });
});

test("a tmpfs runs nothing and belongs to the container's user alone", () => {
  expect(tmpfsOptions(16, "10001:20002")).toBe("size=16m,noexec,nosuid,nodev,uid=10001,gid=20002,mode=0700");
});

test.each([
  ["what the role says: a command", { command: ["check", "--fast"] }, ["CMD", "check", "--fast"]],
  ["what the role says: a path", { path: "/live" }, httpProbe(8000, "/live")],
  ["the application's health path", undefined, httpProbe(8000, "/healthz")],
])("a role is probed by %s", (_, health, probe) => {
  expect(probeOf(health, 8000, "/healthz")).toEqual(probe);
});

describe("the HTTP probe", () => {
  /** Exit code of the probe against a server that answers with `status`, and the request it saw. */
  async function probe(status: number): Promise<{ ok: boolean; request?: string }> {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers.host}`);
      response.writeHead(status).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    if (status === 0) await new Promise((resolve) => server.close(resolve));
    const [, program = "", ...args] = httpProbe(port, "/healthz?deep=1&x=y");
    const ok = await new Promise<boolean>((resolve) =>
      execFile(program, args, (error) => resolve(error === null)),
    );
    return { ok, ...(seen[0] === undefined ? {} : { request: seen[0] }) };
  }

  const request = "GET /healthz?deep=1&x=y localhost";
  test.each([
    [200, { ok: true, request }],
    [204, { ok: true, request }],
    [302, { ok: true, request }],
    [404, { ok: false, request }],
    [503, { ok: false, request }],
    [0, { ok: false }],
  ])("of a server that answers %d (0: nobody listens)", async (status, expected) => {
    expect(await probe(status)).toEqual(expected);
  });
});

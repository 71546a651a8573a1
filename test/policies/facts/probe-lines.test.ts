import { describe, expect, test } from "vitest";
import { probeCanFail } from "../../../policies/facts/probe-lines.ts";

const line = (text: string) => ["CMD-SHELL", text];

describe("whether a probe can fail", () => {
  test.each([
    ["a request", line("curl -f http://localhost")],
    ["what a pipe ends with", line("echo ruok | nc -w 2 localhost 2181 | grep imok")],
    ["a text that is given to a client", line("echo 'db.stats().ok' | mongosh localhost:27017/test --quiet")],
    ["a request, and then a text", line("curl -f http://localhost && echo ok")],
    ["one of two requests", line("curl -f http://a || curl -f http://b")],
    ["an end with an error", line("test -f /ready || exit 1")],
    ["an operator in a text", line("psql -c 'select 1; select true'")],
    ["a shell that is named", ["CMD", "sh", "-c", "wget -q localhost || exit 1"]],
    ["a program", ["CMD", "pg_isready", "-U", "app"]],
  ])("%s can", (_, test) => {
    expect(probeCanFail(test)).toBe(true);
  });

  test.each([
    ["true", line("true")],
    ["a text", line("echo ok")],
    ["a request that is forgiven", line("curl -f http://localhost || true")],
    ["a request that is forgotten", line("curl -f http://localhost; exit 0")],
    ["a request whose answer is counted by nobody", line("curl -f http://localhost | echo")],
    ["an end without an error", line("exit 0")],
    ["a shell that is named", ["CMD", "/bin/sh", "-c", "pg_isready || exit 0"]],
    ["a program", ["CMD", "/bin/true"]],
  ])("%s cannot", (_, test) => {
    expect(probeCanFail(test)).toBe(false);
  });
});

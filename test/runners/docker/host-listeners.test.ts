import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, readFileSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  hindranceOf,
  holderOf,
  isEngineHere,
  parseListeners,
  processAt,
} from "../../../runners/docker/host-listeners.ts";
import { environment } from "../../support/programs.ts";
import { engine } from "../../support/scripted-engine.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

// Lines of /proc/net/tcp and tcp6 of Linux 6.1 on x86-64: two that listen, one connection, one IPv6 listener.
const PROC = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:708A 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 170937 1 0 100 0 0 10 0
   1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 99 1 0 100 0 0 10 0
   2: 0100007F:708A 0100007F:BB0C 01 00000000:00000000 00:00000000 00000000     0        0 5 1 0 100 0 0 10 0
  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: B80D0120000000000000000001000000:22B3 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 7 1 0 100 0 0 10 0
`;

test("sockets that wait for connections are read from /proc in both families", () => {
  expect(parseListeners(PROC)).toEqual([
    { address: "127.0.0.1", port: 28810, inode: "170937" },
    { address: "0.0.0.0", port: 22, inode: "99" },
    { address: "2001:db8::1", port: 8883, inode: "7" },
  ]);
});

test("the process that holds a port is named, and no other", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };

  const { title } = process;
  onTestFinished(() => {
    process.title = title;
  });
  process.title = "MainThread";

  expect(processAt("127.0.0.1", port)).toBe(`node (pid ${process.pid})`);
  expect(processAt("127.0.0.2", port)).toBeUndefined();
});

test("a process whose program was replaced meanwhile has its name still", async () => {
  const program = join(temporaryFolder(), "proxy");
  copyFileSync(process.execPath, program);
  const script =
    'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => console.log(s.address().port))';
  const child = spawn(program, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill());
  const [port] = await once(child.stdout, "data");
  rmSync(program);

  expect(processAt("127.0.0.1", Number(port))).toBe(`proxy (pid ${child.pid})`);
});

describe("a socket that listens", () => {
  const said = (listens: string, wanted: string, port = 80) => {
    const all = [{ address: listens, port: 80 }];
    return [holderOf(all, wanted, port), hindranceOf(all, wanted, port)].map((found) => found !== undefined);
  };

  test.each([
    // listens, wanted, whether it answers there, whether that can be opened next to it
    ["127.0.0.1", "127.0.0.1", true, true],
    ["127.0.0.1", "127.0.0.2", false, false],
    ["0.0.0.0", "127.0.0.1", true, true],
    ["::", "127.0.0.1", true, true],
    ["::", "2001:db8::1", true, true],
    ["0.0.0.0", "2001:db8::1", false, false],
    ["127.0.0.1", "0.0.0.0", false, true],
    ["2001:db8::1", "::", false, true],
    ["2001:db8::1", "0.0.0.0", false, false],
    ["127.0.0.1", "::", false, false],
  ])("at %s: answers at %s %s, keeps it from being opened %s", (listens, wanted, answers, keeps) => {
    expect(said(listens, wanted)).toEqual([answers, keeps]);
    expect(said(listens, wanted, 81)).toEqual([false, false]);
  });
});

describe("an engine", () => {
  /** Some device that this machine has a route on. */
  const device = readFileSync("/proc/net/route", "utf8").split("\n")[1]?.split("\t")[0] || "none";
  const network = (bridge: string) => ({
    ...{ Id: "0123456789abcdef", Name: "n", Driver: "bridge" },
    Options: { "com.docker.network.bridge.name": bridge },
  });
  const rootless = { SecurityOptions: ["name=seccomp,profile=default", "name=rootless"] };

  test.skipIf(device === "none").each([
    ["one of whose bridges has a route of this machine", {}, () => device, true],
    ["none of whose bridges has one", {}, () => "br-elsewhere", false],
    [
      "without root, whose bridges have a network of their own",
      { ...rootless, Name: hostname() },
      () => "br-own",
      true,
    ],
    ["without root, of a machine with another name", { ...rootless, Name: "other" }, () => device, false],
  ])("%s: is on this machine, %j %s %s", async (_, info, bridge, isHere) => {
    await engine({ things: { "/info": info, "/networks": [network(bridge())] } });

    expect(await isEngineHere()).toBe(isHere);
  });

  test("without root that is reached by way of another machine is not on this one, no matter its name", async () => {
    await engine({ things: { "/info": { ...rootless, Name: hostname() } } });
    const socket = process.env.DOCKER_HOST?.replace("unix://", "");
    const relay = createServer((client) => {
      const server = connect(socket as string);
      client
        .on("error", () => undefined)
        .pipe(server)
        .on("error", () => undefined)
        .pipe(client);
    });
    await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void relay.close());
    environment("DOCKER_HOST", `tcp://127.0.0.1:${(relay.address() as { port: number }).port}`);

    expect(await isEngineHere()).toBe(false);
  });
});

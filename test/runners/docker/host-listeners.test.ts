import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { parseListeners, processAt } from "../../../runners/docker/host-listeners.ts";

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

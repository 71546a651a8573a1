import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import WebSocket, { WebSocketServer } from "ws";
import { heardOn } from "../../../cli/chain/listen.ts";

const LIMIT_MS = 5000;

/** How many timers of this limit nobody has cleared: a program that is done ends as late as each of them says. */
function watchTimers(): () => number {
  const set = vi.spyOn(globalThis, "setTimeout");
  const cleared = vi.spyOn(globalThis, "clearTimeout");
  onTestFinished(() => {
    set.mockRestore();
    cleared.mockRestore();
  });
  return () => {
    const gone = cleared.mock.calls.map(([timer]) => timer);
    return set.mock.results.filter(
      ({ value }, index) => set.mock.calls[index]?.[1] === LIMIT_MS && !gone.includes(value),
    ).length;
  };
}

test("no timer is left of waiting for a reading on a socket that closes", async () => {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => void server.close());
  server.on("connection", (accepted) =>
    accepted.on("message", (said) => (String(said) === "close" ? accepted.close() : accepted.send(said))),
  );
  await once(server, "listening");
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await once(socket, "open");
  const timers = watchTimers();
  const heard = heardOn(socket, "oven", LIMIT_MS);
  const missed = heardOn(socket, "press", LIMIT_MS);
  const before = timers();
  socket.send("oven");
  const arrived = await heard;
  const between = timers();
  socket.send("close");

  expect([typeof arrived, await missed, before, between, timers()]).toEqual(["number", undefined, 2, 1, 0]);
});

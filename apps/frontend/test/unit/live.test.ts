import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocket as NodeSocket } from "ws";
import { backOffMs } from "@/lib/live/back-off";
import { type Connection, LiveSocket } from "@/lib/live/live-socket";
import { Backend } from "../support/backend";
import { waitFor } from "../support/wait";

const connect = (url: string) => new NodeSocket(url) as unknown as WebSocket;

describe("back-off", () => {
  test("doubles up to half a minute", () => {
    expect([1, 2, 3, 4, 5, 6, 7, 2_000].map((failures) => backOffMs(failures, () => 1))).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
    ]);
  });

  test("leaves half of the wait to chance", () => {
    expect([0, 0.5, 1].map((luck) => backOffMs(3, () => luck))).toEqual([2_000, 3_000, 4_000]);
  });
});

describe("the socket", () => {
  let backend: Backend;
  let port: number;
  let seen: Connection[];
  let data: unknown[];
  let socket: LiveSocket;
  let luck: number;

  beforeEach(async () => {
    backend = new Backend();
    port = await backend.start();
    seen = [];
    data = [];
    luck = 0;
    socket = new LiveSocket({
      url: `ws://127.0.0.1:${port}/ws`,
      onData: (frame) => data.push(frame),
      onConnection: (connection) => seen.push(connection),
      connect,
      random: () => luck,
    });
  });
  afterEach(async () => {
    socket.stop();
    await backend.stop();
  });
  const states = () => seen.map((connection) => connection.state);

  test("opens and hands on each frame", async () => {
    socket.start();
    await waitFor(() => expect(states()).toEqual(["connecting", "open"]));
    backend.send("one");
    await waitFor(() => expect(data).toEqual(["one"]));
  });

  test("is lost when the backend dies, says when it tries again, and comes back", async () => {
    socket.start();
    await waitFor(() => expect(states()).toContain("open"));
    await backend.stop();
    await waitFor(() => expect(seen.at(-1)).toMatchObject({ state: "lost" }));
    const lost = seen.at(-1) as { since: number; retryAt: number };
    expect(lost.retryAt - lost.since).toBe(500);
    await backend.start(port);
    await waitFor(() => expect(seen.at(-1)).toEqual({ state: "open" }));
  });

  test("keeps the time of the first loss over several attempts, without a return to connecting", async () => {
    await backend.stop();
    socket.start();
    await waitFor(() => expect(seen.length).toBeGreaterThan(4));
    expect(states().slice(0, 5)).toEqual(["connecting", "lost", "lost", "lost", "lost"]);
    expect(new Set(seen.slice(1).map((connection) => "since" in connection && connection.since)).size).toBe(
      1,
    );
  });

  test("tries at once when asked to, and only while it waits", async () => {
    // Longer than the test may take: it is the question that makes it try.
    luck = 1_000;
    await backend.stop();
    socket.start();
    await waitFor(() => expect(seen.at(-1)).toHaveProperty("retryAt"));
    await backend.start(port);
    socket.retryNow();
    await waitFor(() => expect(seen.at(-1)).toEqual({ state: "open" }));
    socket.retryNow();
    expect(backend.socketCount).toBe(1);
  });

  test("is lost when no answer to the attempt comes in time", async () => {
    const silent = { close: () => {} } as unknown as WebSocket;
    const options = {
      url: "ws://x",
      onData: () => {},
      onConnection: (state: Connection) => seen.push(state),
    };
    const waiting = new LiveSocket({ ...options, connect: () => silent, openTimeoutMs: 20 });
    waiting.start();
    await waitFor(() => expect(seen.at(-1)).toHaveProperty("retryAt"));
    waiting.stop();
  });

  test("stays quiet once stopped", async () => {
    socket.start();
    await waitFor(() => expect(states()).toContain("open"));
    socket.stop();
    await waitFor(() => expect(backend.socketCount).toBe(0));
    expect(states()).toEqual(["connecting", "open"]);
  });
});

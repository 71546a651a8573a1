import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocket as NodeSocket } from "ws";
import { Api } from "@/lib/data/api";
import { Feed } from "@/lib/live/feed";
import { Backend } from "../support/backend";
import { chainOf } from "../support/chain";
import { Relay } from "../support/relay";
import { waitFor } from "../support/wait";

const connect = (url: string) => new NodeSocket(url) as unknown as WebSocket;

describe("the feed", () => {
  let backend: Backend;
  let feed: Feed;
  let backendPort: number;

  beforeEach(async () => {
    backend = new Backend();
    backendPort = await backend.start();
    const api = new Api(`http://127.0.0.1:${backendPort}/api`);
    feed = new Feed({ api, socketUrl: `ws://127.0.0.1:${backendPort}/ws`, connect, quietMs: 150 });
  });
  afterEach(async () => {
    feed.stop();
    await backend.stop();
  });
  const value = (name: string) => feed.getState().sensors.get(name)?.valeur;
  const isOpen = () => waitFor(() => expect(feed.getState().connection.state).toBe("open"));

  test("starts from the stored sensors and follows what is pushed", async () => {
    backend.store("stored", 1, Date.now() - 60_000);
    feed.start();
    await isOpen();
    await waitFor(() => expect(value("stored")).toBe(1));
    backend.push("new", 2);
    await waitFor(() => expect([value("stored"), value("new")]).toEqual([1, 2]));
  });

  test("hands on a thousand readings in few batches and loses none", async () => {
    const batches: number[] = [];
    feed.onBatch((batch) => batches.push(batch.length));
    feed.start();
    await isOpen();
    const begun = Date.now();
    for (let count = 0; count < 1_000; count++) backend.push("a", count);
    await waitFor(() => expect(batches.reduce((sum, size) => sum + size, 0)).toBe(1_000));
    // One each 200 ms, however long this machine takes for all of them.
    expect(batches.length).toBeLessThan(10 + (Date.now() - begun) / 200);
  });

  test("says that reading is refused", async () => {
    backend.getStatus = 403;
    feed.start();
    await waitFor(() => expect(feed.getState().listing).toBe("refused"));
  });

  test("asks again for a list that failed, and says when values came at all", async () => {
    backend.store("stored", 1, Date.now() - 60_000);
    backend.getStatus = 500;
    const api = new Api(`http://127.0.0.1:${backendPort}/api`, 200);
    // Of the usual patience with a quiet socket, whose check would ask again, too.
    feed = new Feed({ api, socketUrl: `ws://127.0.0.1:${backendPort}/ws`, connect });
    feed.start();
    await waitFor(() => expect(feed.getState().listing).toBe("failed"));
    expect(feed.getState().receivedAt).toBeUndefined();
    const answeredAt = Date.now();
    backend.getStatus = undefined;
    await waitFor(() => expect(value("stored")).toBe(1));
    expect(feed.getState().receivedAt).toBeGreaterThanOrEqual(answeredAt);
  });

  test("hands on the alarms and the chain that are pushed to a socket that asked for them", async () => {
    feed.stop();
    const api = new Api(`http://127.0.0.1:${backendPort}/api`, 200);
    feed = new Feed({ api, socketUrl: `ws://127.0.0.1:${backendPort}/ws?chaine=1`, connect });
    const alarms: number[] = [];
    feed.onAlarm(({ id }) => alarms.push(id));
    feed.start();
    await waitFor(() => expect(feed.getState().chain).toMatchObject({ status: "known" }));
    const alarm = {
      id: 4,
      capteur: "a",
      genre: "bas",
      valeur: 1,
      limite: 5,
      debut: "2026-01-01T00:00:00Z",
      fin: null,
    };
    backend.tell({ type: "alarme", ...alarm });
    backend.setChain(chainOf({ redis: { etat: "panne" } }));
    await waitFor(() => expect(feed.getState().chain).toMatchObject({ chain: { isComplete: false } }));
    expect(alarms).toEqual([4]);
  });

  test("gives up a socket that looks open when the network behind it is gone", async () => {
    const relay = new Relay();
    const port = await relay.start(backendPort);
    const api = new Api(`http://127.0.0.1:${port}/api`, 200);
    const far = new Feed({ api, socketUrl: `ws://127.0.0.1:${port}/ws`, connect, quietMs: 150 });
    far.start();
    await waitFor(() => expect(far.getState().connection.state).toBe("open"));
    relay.stall();
    await waitFor(() => expect(far.getState().connection.state).toBe("lost"));
    far.stop();
    await relay.stop();
  });

  test("keeps a quiet socket while the backend still answers", async () => {
    feed.start();
    await isOpen();
    backend.getStatus = 500;
    const calls = backend.calls.length;
    await waitFor(() => expect(backend.calls.length).toBeGreaterThan(calls + 1));
    expect(feed.getState().connection.state).toBe("open");
  });
});

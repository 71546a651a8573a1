import { once } from "node:events";
import { Agent, get } from "node:http";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HEAD_SECONDS } from "../../lib/server/guard-connections";
import { Frontend } from "../support/frontend";
import { waitFor } from "../support/wait";

const frontend = new Frontend();
/** More than without the setting. */
const CONNECTIONS_PER_CLIENT = 150;

beforeAll(() =>
  frontend.start({
    TRUSTED_PROXIES: "127.0.0.9",
    MAX_CONNECTIONS_PER_CLIENT: String(CONNECTIONS_PER_CLIENT),
  }),
);
afterAll(() => frontend.stop());

/** Of the container, unless stated (services/frontend/definition.ts). */
const MEMORY_MIB = 160;

/** Less than a listener's queue of connections that nobody has accepted yet (511): what is beyond is tried again seconds later. */
const AT_ONCE = 100;

/** Connections of one address that say the same and then no more. */
async function crowd(count: number, said: string, localAddress: string) {
  let closed = 0;
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const more = Array.from({ length: AT_ONCE }, () => {
      const socket = connect({ port: frontend.port, host: "127.0.0.1", localAddress });
      socket.on("error", () => undefined).on("close", () => (closed += 1));
      socket.write(said);
      return socket;
    });
    sockets.push(...more);
    await Promise.all(more.map((socket) => once(socket, "connect")));
  }
  return { closed: () => closed, end: () => sockets.forEach((socket) => void socket.destroy()) };
}

/** Asks from one address on one connection, for as long as that is open: with which status it was answered, and at which port. */
function onOneConnection(localAddress: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (): Promise<string> =>
    new Promise((resolve, reject) => {
      get(`${frontend.address}/healthz`, { agent, localAddress }, (answer) => {
        const { localPort } = answer.socket;
        answer.resume().once("end", () => resolve(`${answer.statusCode} ${localPort}`));
      }).once("error", reject);
    });
  return { ask, end: () => agent.destroy() };
}

const page = async () => (await fetch(`${frontend.address}/`)).status;

describe("the page's server", () => {
  // At the same time, each from an address of its own: most of their time they wait for the server to give up.
  test.concurrent.each([
    ["", "127.0.0.2"],
    ["GET / HTTP/1.1\r\nHost: localhost\r\n", "127.0.0.3"],
  ])("keeps 1,000 connections of one address that said %j from the others", async (said, from) => {
    const { closed, end } = await crowd(1_000, said, from);
    await waitFor(() => expect(closed()).toBe(1_000 - CONNECTIONS_PER_CLIENT));
    expect(await page()).toBe(200);
    // Connections that stand still end, too.
    await waitFor(() => expect(closed()).toBe(1_000));
    end();
  });

  // At the same time as those above, for it takes as long.
  test.concurrent("keeps a connection that asks again and again, for longer than a head may take", async () => {
    const { ask, end } = onOneConnection("127.0.0.6");
    const answers: string[] = [];
    const begin = Date.now();
    while (Date.now() - begin < (HEAD_SECONDS + 2) * 1000) {
      answers.push(await ask());
      // Node itself ends one on which nobody asks for five seconds.
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    end();
    expect(new Set(answers)).toEqual(new Set([expect.stringMatching(/^200 \d+$/)]));
  });

  test("has room again for an address whose connections have ended", async () => {
    for (let round = 0; round < 3; round += 1) {
      const { closed, end } = await crowd(AT_ONCE, "", "127.0.0.5");
      end();
      await waitFor(() => expect(closed()).toBe(AT_ONCE));
    }
    await waitFor(async () => {
      const { ask, end } = onOneConnection("127.0.0.5");
      expect(await ask().finally(end)).toMatch(/^200 /);
    });
  });

  // Next would begin a page for each at once: one such client took all the memory of the container.
  test.each([1, 50])("is there for others while %i connections are full of requests", async (count) => {
    const requests = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(2_000);
    const ends = Array.from({ length: count }, () => {
      const socket = connect({ port: frontend.port, host: "127.0.0.1", localAddress: "127.0.0.4" });
      socket
        .on("error", () => undefined)
        .resume()
        .write(requests);
      return new Promise((resolve) => socket.once("close", resolve));
    });
    expect(await page()).toBe(200);
    await Promise.all(ends);
    expect(frontend.mostMemory).toBeLessThan(MEMORY_MIB);
  });

  test("answers another address before most of what one asks for on many connections", async () => {
    const request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    const from = (localAddress: string) => connect({ port: frontend.port, host: "127.0.0.1", localAddress });
    const many = Array.from({ length: AT_ONCE }, () => from("127.0.0.7"));
    await Promise.all(many.map((socket) => once(socket, "connect")));
    const other = from("127.0.0.8");
    let answered = 0;
    const before: number[] = [];
    other.setEncoding("latin1").on("data", (text) => {
      if (String(text).startsWith("HTTP/1.1 200")) before.push(answered);
    });
    // The server takes connections in one after the other, and so has all of them once this one is answered.
    other.write(request);
    await waitFor(() => expect(before).toHaveLength(1));
    // Read in one go, so that none has come before the others.
    frontend.signal("SIGSTOP");
    for (const socket of many) socket.once("data", () => (answered += 1)).write(request);
    other.write(request);
    frontend.signal("SIGCONT");
    await waitFor(() => expect(before).toHaveLength(2));
    for (const socket of [...many, other]) socket.destroy();
    expect(before[1]).toBeLessThan(AT_ONCE / 2);
  });

  test("ends a connection that sends a body in chunks", async () => {
    const socket = connect({ port: frontend.port, host: "127.0.0.1" });
    const ended = new Promise((resolve) => socket.on("error", () => undefined).once("close", resolve));
    socket
      .resume()
      .write("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n");
    await ended;
    expect(await page()).toBe(200);
  });

  test("answers requests that come one after the other on a connection", async () => {
    const { ask, end } = onOneConnection("127.0.0.1");
    const answers = [await ask(), await ask(), await ask()];
    end();
    expect(new Set(answers)).toEqual(new Set([expect.stringMatching(/^200 \d+$/)]));
  });

  test("lets a trusted proxy bring the connections of many", async () => {
    const { closed, end } = await crowd(2 * CONNECTIONS_PER_CLIENT, "", "127.0.0.9");
    expect([await page(), closed()]).toEqual([200, 0]);
    end();
  });

  test("stores nothing for anyone: it has no key and no way to write", async () => {
    const forged = { origin: frontend.address, "content-type": "application/json" };
    const answers = await Promise.all(
      Array.from({ length: 40 }, () =>
        fetch(`${frontend.address}/lectures`, {
          method: "POST",
          headers: forged,
          body: '{"capteur":"temp","valeur":1}',
        }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]));
  });
});

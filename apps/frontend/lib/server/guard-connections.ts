import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, RequestListener, Server } from "node:http";
import type { Socket } from "node:net";
import { clientKey } from "./client-key";
import type { Settings } from "./settings";

/** From the connection to the end of the first request's headers; for later ones Node has limits of its own. */
export const HEAD_SECONDS = 10;

/**
 * Bounds what one client can hold of this server, which Next gives no way to do: Node reports each connection and
 * each request. Trusted proxies bring the connections of many, and bound them themselves.
 */
export function guardConnections({ trustedProxies: trusted, connectionsPerClient }: Settings): void {
  const open = new Map<string, number>();
  const waiting = new WeakMap<Socket, NodeJS.Timeout>();
  const guarded = new WeakSet<Server>();

  subscribe("net.server.socket", (message) => {
    const { socket } = message as { socket: Socket };
    const address = socket.remoteAddress;
    if (address === undefined) return;
    const client = clientKey(address);
    if (!trusted.includes(client)) {
      const count = (open.get(client) ?? 0) + 1;
      if (count > connectionsPerClient) return void socket.destroy();
      open.set(client, count);
      socket.once("close", () => {
        const left = (open.get(client) ?? 1) - 1;
        if (left === 0) open.delete(client);
        else open.set(client, left);
      });
    }
    const timer = setTimeout(() => socket.destroy(), HEAD_SECONDS * 1000);
    waiting.set(socket, timer);
    socket.once("close", () => clearTimeout(timer));
  });

  // Just before the server hands the request to Next.
  subscribe("http.server.request.start", (message) => {
    const { request, server } = message as { request: IncomingMessage; server: Server };
    clearTimeout(waiting.get(request.socket));
    if (guarded.has(server)) return;
    guarded.add(server);
    guardRequests(server, trusted);
  });
}

/**
 * Of one client a page is begun in a round of the loop, on however many connections it asks. A connection that asks again before
 * it was answered ends: no browser and no proxy does so, and Next would begin thousands of pages at once for a single one.
 */
function guardRequests(server: Server, trusted: readonly string[]): void {
  const listeners = server.listeners("request") as RequestListener[];
  const inTurn = turns();
  server.removeAllListeners("request").on("request", (request, response) => {
    const { remoteAddress, remotePort } = request.socket;
    // No page needs a body, and one in chunks of a byte is a call for each.
    const isChunked = request.headers["transfer-encoding"] !== undefined;
    // The socket is that of an earlier response still.
    const isEarly = response.socket === null;
    if (isChunked || isEarly || remoteAddress === undefined) return cut(request.socket);
    const address = clientKey(remoteAddress);
    inTurn(trusted.includes(address) ? `${address} ${remotePort}` : address, () => {
      for (const listener of listeners) listener.call(server, request, response);
    });
  });
}

/** What Node keeps with a socket: the call for each request that it has taken apart. Not documented; a test holds it. */
interface Parsed {
  readonly parser?: { onIncoming: () => number } | null;
}

/** Ends a connection, and the work on what has been read of it, which may be thousands of requests: 2 is Node's "no more of it". */
function cut(socket: Socket & Parsed): void {
  if (socket.parser) socket.parser.onIncoming = () => 2;
  socket.destroy();
}

/** Work of clients, of each client one piece in a round of the loop. The API does the same (`apps/backend/exploreiot/clients.py`). */
function turns() {
  const lines = new Map<string, (() => void)[]>();
  return (client: string, piece: () => void) => {
    const line = lines.get(client);
    if (line !== undefined) return void line.push(piece);
    const own = [piece];
    lines.set(client, own);
    const next = () => {
      const first = own.shift();
      if (own.length > 0) setImmediate(next);
      else lines.delete(client);
      first?.();
    };
    setImmediate(next);
  };
}

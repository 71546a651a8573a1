import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
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

  subscribe("http.server.request.start", (message) => {
    clearTimeout(waiting.get((message as { request: IncomingMessage }).request.socket));
  });
}

import { connect, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";

const LIMIT_MS = 5000;

/** A connection to a published port, as a client makes it. */
export const dial = (host: string, port: number): Promise<Socket> =>
  settled(connect({ host, port }), "connect");

/** The same with TLS on top. */
export const secured = (socket: Socket, options: ConnectionOptions): Promise<TLSSocket> =>
  settled(connectTls({ ...options, socket }), "secureConnect");

function settled<S extends Socket>(socket: S, event: string): Promise<S> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => socket.destroy(new Error(`no answer within ${LIMIT_MS / 1000} s`)),
      LIMIT_MS,
    );
    socket.once(event, () => {
      clearTimeout(timer);
      resolve(socket);
    });
    socket.once("close", () => reject(new Error("closed before it was ready")));
    socket.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}

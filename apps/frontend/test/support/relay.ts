import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A network between page and backend that can fall silent without closing anything, as a pulled cable does. */
export class Relay {
  private server: Server | undefined;
  private isStalled = false;
  private readonly sockets = new Set<Socket>();

  async start(target: number): Promise<number> {
    const server = createServer((near) => this.join(near, connect(target, "127.0.0.1")));
    this.server = server;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  }

  stall(): void {
    this.isStalled = true;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  private join(near: Socket, far: Socket): void {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(from);
      from.on("data", (bytes) => this.isStalled || to.write(bytes));
      from.on("error", () => to.destroy());
      from.on("close", () => to.destroy());
    }
  }
}

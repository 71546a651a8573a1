import { createServer, type IncomingMessage, request, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";

/** One origin for page and backend, as a TLS edge makes it: `/api` and `/ws` go to the backend, the rest to the page. */
export class Edge {
  private server: Server | undefined;

  async start(pagePort: number, backendPort: number): Promise<number> {
    const portFor = (incoming: IncomingMessage) =>
      /^\/(api\/|ws)/.test(incoming.url ?? "") ? backendPort : pagePort;
    const server = createServer((incoming, outgoing) => {
      const { method, headers, url } = incoming;
      const onward = request(
        { host: "127.0.0.1", port: portFor(incoming), method, headers, path: url },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
        },
      );
      onward.on("error", () => outgoing.destroy());
      incoming.pipe(onward);
    });
    server.on("upgrade", (incoming, near) => {
      const far = connect(portFor(incoming), "127.0.0.1");
      const lines = incoming.rawHeaders.map((text, index) => (index % 2 === 0 ? `${text}: ` : `${text}\r\n`));
      far.write(`GET ${incoming.url} HTTP/1.1\r\n${lines.join("")}\r\n`);
      far.on("error", () => near.destroy()).pipe(near);
      near.on("error", () => far.destroy()).pipe(far);
    });
    this.server = server;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }
}

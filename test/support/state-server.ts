import { once } from "node:events";
import { createServer, type Server } from "node:http";

/** A server that keeps one Terraform state by the protocol of the `http` backend, with its lock. */
export class StateServer {
  state = "";
  lock: string | undefined;
  readonly #server: Server;
  readonly #port: number;
  #asked = () => {};
  #mayLock = Promise.resolve();

  /** @param credentials `user:password`, which every request must carry */
  constructor(port: number, credentials: string) {
    this.#port = port;
    const expected = `Basic ${Buffer.from(credentials).toString("base64")}`;
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const allowed = request.headers.authorization === expected;
      if (allowed && request.method === "LOCK") {
        this.#asked();
        await this.#mayLock;
      }
      const [code, body] = allowed
        ? this.#answer(request.method ?? "", Buffer.concat(chunks).toString())
        : [401, ""];
      response.writeHead(code).end(body);
    });
  }

  async start(): Promise<void> {
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  /** Gives no answer to the next one that asks for the lock until `release`: so long is it at work. */
  holdLock(): { readonly asked: Promise<void>; readonly release: () => void } {
    let release = () => {};
    this.#mayLock = new Promise((resolve) => {
      release = resolve;
    });
    const asked = new Promise<void>((resolve) => {
      this.#asked = resolve;
    });
    return { asked, release };
  }

  #answer(method: string, body: string): [number, string] {
    if (method === "GET") return this.state === "" ? [404, ""] : [200, this.state];
    if (method === "POST") this.state = body;
    if (method === "LOCK") {
      if (this.lock !== undefined) return [423, this.lock];
      this.lock = body;
    }
    if (method === "UNLOCK") this.lock = undefined;
    return [200, ""];
  }
}

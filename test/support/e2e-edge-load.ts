import { Agent, type RequestOptions, request } from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import WebSocket from "ws";

/** An edge on another machine, and the CA that has to have signed what it shows. */
export interface Edge {
  readonly address: string;
  readonly port: number;
  readonly host: string;
  readonly ca: string;
}

interface Sent {
  readonly method?: "GET" | "POST";
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly agent?: Agent;
}

const to = ({ address, port, ca, host }: Edge): RequestOptions => ({
  ...{ host: address, port, ca, servername: host, timeout: 20_000 },
});

/** Status and body of a request; the error's code if there is no answer. */
export function askEdge(
  edge: Edge,
  path: string,
  { method = "GET", body, headers = {}, agent }: Sent = {},
): Promise<{ readonly status: string; readonly body: string }> {
  const more =
    body === undefined ? {} : { "content-type": "application/json", "content-length": body.length };
  const options = { ...to(edge), path, method, agent: agent ?? false };
  return new Promise((resolve) => {
    const sent = request(
      { ...options, headers: { host: `${edge.host}:${edge.port}`, ...more, ...headers } },
      (answer) => {
        let text = "";
        answer.on("data", (chunk) => {
          text += chunk;
        });
        answer.on("end", () => resolve({ status: String(answer.statusCode), body: text }));
        answer.on("error", (error) => resolve({ status: error.message, body: "" }));
      },
    );
    sent.on("error", (error: NodeJS.ErrnoException) =>
      resolve({ status: error.code ?? error.message, body: "" }),
    );
    sent.on("timeout", () => sent.destroy(new Error("no answer")));
    sent.end(body);
  });
}

/** The requests of a client, over and over. */
export interface Asker {
  /** Whether one connection is used for all. */
  readonly keeps: boolean;
  readonly path: string;
  next(): Sent;
}

/**
 * Clients that each ask again as soon as they have an answer, until they are told to stop.
 *
 * @returns stops them, and says how many answers of each status came, by client
 */
export function load(edge: Edge, askers: readonly Asker[], pauseMs: number) {
  let running = true;
  const done = askers.map(async ({ keeps, path, next }) => {
    const agent = new Agent({ keepAlive: keeps, maxSockets: 1 });
    const counts: Record<string, number> = {};
    while (running) {
      const { status } = await askEdge(edge, path, { ...next(), agent });
      counts[status] = (counts[status] ?? 0) + 1;
      await delay(pauseMs);
    }
    agent.destroy();
    return counts;
  });
  return async () => {
    running = false;
    return Promise.all(done);
  };
}

/** A page as it ought to be: it reads what is pushed, dials again when its socket ends, and fetches what it missed meanwhile. */
export class SocketReader {
  readonly pushed = new Set<number>();
  readonly fetched = new Set<number>();
  dials = 0;
  readonly #edge: Edge;
  readonly #sensor: string;
  #since = new Date().toISOString();
  #running = true;
  #socket: WebSocket | undefined;
  readonly #ended: Promise<void>;

  constructor(edge: Edge, sensor: string) {
    this.#edge = edge;
    this.#sensor = sensor;
    this.#ended = this.#read();
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  async #read(): Promise<void> {
    while (this.#running) {
      await this.#once();
      await delay(100);
    }
  }

  #once(): Promise<void> {
    const { address, port, host, ca } = this.#edge;
    const socket = new WebSocket(`wss://${address}:${port}/ws`, {
      ...{ ca, servername: host, headers: { host: `${host}:${port}` }, handshakeTimeout: 5_000 },
    });
    this.#socket = socket;
    return new Promise((resolve) => {
      socket.on("open", () => {
        this.dials += 1;
        void this.catchUp();
      });
      socket.on("message", (data) => {
        const { capteur, valeur, horodatage } = JSON.parse(String(data));
        if (capteur !== this.#sensor) return;
        this.pushed.add(valeur);
        if (horodatage > this.#since) this.#since = horodatage;
      });
      socket.on("error", () => undefined);
      socket.on("close", () => resolve());
    });
  }

  /** From a second before the newest that it has, since readings may arrive in another order than they were made. */
  async catchUp(): Promise<void> {
    const since = new Date(Date.parse(this.#since) - 1000).toISOString();
    const path = `/api/mesures?capteur=${this.#sensor}&depuis=${since}&limite=1000`;
    const { status, body } = await askEdge(this.#edge, path);
    if (status !== "200") return;
    for (const { valeur } of JSON.parse(body)) this.fetched.add(valeur);
  }

  has(number: number): boolean {
    return this.pushed.has(number) || this.fetched.has(number);
  }

  async close(): Promise<void> {
    this.#running = false;
    this.#socket?.terminate();
    await this.#ended;
  }
}

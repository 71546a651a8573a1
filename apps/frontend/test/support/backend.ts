import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { WebSocketServer } from "ws";

export interface StoredReading {
  readonly capteur: string;
  readonly valeur: number;
  readonly horodatage: string;
}

export interface ReceivedPost {
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A small real backend of the same contract: HTTP and WebSocket, with its readings in memory. */
export class Backend {
  readonly readings: StoredReading[] = [];
  readonly posts: ReceivedPost[] = [];
  /** Paths and queries of the GET calls, in order. */
  readonly calls: string[] = [];
  /** Status answered to each POST. */
  postStatus = 201;
  /** What is said of messages that held no reading. */
  rejects: { gardes: number; dernier: string | null } = { gardes: 0, dernier: null };
  /** Key that a POST must carry. */
  key: string | undefined;
  /** Answer to each GET; undefined answers normally. */
  getStatus: number | undefined;
  private server: Server | undefined;
  private sockets: WebSocketServer | undefined;
  private readonly connections = new Set<Socket>();

  async start(port = 0): Promise<number> {
    const server = createServer((request, response) => void this.answer(request, response));
    this.sockets = new WebSocketServer({ server, path: "/ws" });
    this.server = server;
    server.on("connection", (socket) => {
      this.connections.add(socket);
      socket.on("close", () => this.connections.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  }

  /** Ends every connection at once, as a killed container does. */
  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    this.sockets?.close();
    for (const socket of this.connections) socket.destroy();
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }

  /** Stores a reading and pushes it to every socket. */
  push(capteur: string, valeur: number, at = Date.now()): void {
    const reading = this.store(capteur, valeur, at);
    this.send(JSON.stringify(reading));
  }

  store(capteur: string, valeur: number, at: number): StoredReading {
    const reading = { capteur, valeur, horodatage: new Date(at).toISOString() };
    this.readings.push(reading);
    return reading;
  }

  send(frame: string): void {
    for (const client of this.sockets?.clients ?? []) client.send(frame);
  }

  get socketCount(): number {
    return this.sockets?.clients.size ?? 0;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://backend");
    const reply = (status: number, body: unknown) => {
      response.writeHead(status, { "Content-Type": "application/json", "Access-Control-Allow-Origin": "*" });
      response.end(JSON.stringify(body));
    };
    if (request.method === "OPTIONS") return preflight(response);
    if (request.method === "POST") return reply(...(await this.post(request)));
    this.calls.push(`${url.pathname}${url.search}`);
    if (this.getStatus !== undefined) return reply(this.getStatus, { detail: "as told" });
    if (url.pathname === "/api/capteurs") return reply(200, this.sensors());
    if (url.pathname === "/api/rejets/etat") return reply(200, this.rejects);
    if (url.pathname === "/api/mesures") return reply(200, this.list(url.searchParams));
    return reply(404, { detail: "no such path" });
  }

  private async post(request: IncomingMessage): Promise<[number, unknown]> {
    let body = "";
    for await (const chunk of request) body += chunk;
    this.posts.push({ headers: request.headers, body });
    if (this.key !== undefined && request.headers["x-api-key"] !== this.key) return [401, {}];
    if (this.postStatus === 201) {
      const { capteur, valeur } = JSON.parse(body) as StoredReading;
      this.push(capteur, valeur);
    }
    return [this.postStatus, {}];
  }

  private sensors(): unknown[] {
    const newest = new Map<string, StoredReading>();
    for (const reading of this.sorted())
      if (!newest.has(reading.capteur)) newest.set(reading.capteur, reading);
    const age = (reading: StoredReading) => (Date.now() - Date.parse(reading.horodatage)) / 1000;
    return [...newest.values()].map((reading) => ({ ...reading, age_secondes: age(reading) }));
  }

  private list(query: URLSearchParams): StoredReading[] {
    const [sensor, from, to] = [query.get("capteur"), query.get("depuis"), query.get("jusque")];
    return this.sorted()
      .filter((reading) => sensor === null || reading.capteur === sensor)
      .filter((reading) => from === null || reading.horodatage >= from)
      .filter((reading) => to === null || reading.horodatage <= to)
      .slice(0, Number(query.get("limite") ?? 100));
  }

  private sorted(): StoredReading[] {
    return this.readings.toSorted((a, b) => b.horodatage.localeCompare(a.horodatage));
  }
}

/** To any page: who may use it is tested with the real backend. */
function preflight(response: ServerResponse): void {
  response.writeHead(204, {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "Content-Type, X-API-Key",
  });
  response.end();
}

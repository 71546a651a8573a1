import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { chainOf } from "./chain";
import { Store, type StoredReading } from "./store";

export interface ReceivedPost {
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A small real backend of the same contract: HTTP and WebSocket, with its readings in memory. */
export class Backend {
  readonly posts: ReceivedPost[] = [];
  /** Paths and queries of the GET calls, in order. */
  readonly calls: string[] = [];
  /** Paths of the calls that have their answer. */
  readonly answered: string[] = [];
  /** Status answered to each POST. */
  postStatus = 201;
  /** The answer about messages that held no reading. */
  rejects: { gardes: number; dernier: string | null } = { gardes: 0, dernier: null };
  rejected: unknown[] = [];
  chain: unknown = chainOf();
  settings: { capteurs: Record<string, unknown>; silence_secondes: number } = {
    capteurs: {},
    silence_secondes: 60,
  };
  alarms: { fin: string | null }[] = [];
  devices: unknown[] = [];
  /** Key that a POST and the list of rejected messages must carry. */
  key: string | undefined;
  /** Answer to each GET; undefined answers normally. */
  getStatus: number | undefined;
  /** Whether it is one of before the routes of the chain, the settings, the buckets and the alarms. */
  isOld = false;
  /** Milliseconds that the paths whose name holds `slow` wait for their answer. */
  slow: { path: string; ms: number } | undefined;
  readonly kept = new Store();
  private server: Server | undefined;
  private sockets: WebSocketServer | undefined;
  private readonly asking = new Set<WebSocket>();
  private readonly connections = new Set<Socket>();

  async start(port = 0): Promise<number> {
    const server = createServer((request, response) => void this.answer(request, response));
    this.sockets = new WebSocketServer({ server, path: "/ws" });
    this.sockets.on("connection", (socket, request) => {
      if (this.isOld || !request.url?.includes("chaine=1")) return;
      this.asking.add(socket);
      socket.on("close", () => this.asking.delete(socket));
    });
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
    return this.kept.add(capteur, valeur, at);
  }

  forget(capteur: string): void {
    this.kept.forget(capteur);
  }

  send(frame: string): void {
    for (const client of this.sockets?.clients ?? []) client.send(frame);
  }

  /** Only to the sockets that asked for it. */
  tell(message: { type: "chaine" | "alarme" }): void {
    for (const client of this.asking) client.send(JSON.stringify(message));
  }

  /** A change of the chain: in the answers, and pushed. */
  setChain(chain: ReturnType<typeof chainOf>): void {
    this.chain = chain;
    this.tell({ type: "chaine", ...chain });
  }

  get socketCount(): number {
    return this.sockets?.clients.size ?? 0;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://backend");
    const reply = (status: number, body: unknown, type = "application/json") => {
      response.writeHead(status, { "Content-Type": type, "Access-Control-Allow-Origin": "*" });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
      this.answered.push(url.pathname);
    };
    if (request.method === "OPTIONS") return preflight(response);
    if (request.method === "POST") return reply(...(await this.post(request)));
    this.calls.push(`${url.pathname}${url.search}`);
    const { slow } = this;
    if (slow !== undefined && url.pathname.includes(slow.path))
      await new Promise((resolve) => setTimeout(resolve, slow.ms));
    if (this.getStatus !== undefined) return reply(this.getStatus, { detail: "as told" });
    const query = url.searchParams;
    if (url.pathname === "/api/mesures.csv" && !this.isOld)
      return reply(200, this.kept.csv(query), "text/csv; charset=utf-8");
    if (url.pathname === "/api/rejets" && !this.hasKey(request)) return reply(401, {});
    const body = this.bodyOf(url.pathname, query);
    return body === undefined ? reply(404, { detail: "no such path" }) : reply(200, body);
  }

  private bodyOf(path: string, query: URLSearchParams): unknown {
    const old = {
      "/api/capteurs": () => this.kept.sensors(),
      "/api/mesures": () => this.kept.list(query),
      "/api/rejets/etat": () => this.rejects,
      "/api/rejets": () => this.rejected,
    };
    const recent = {
      "/api/chaine": () => this.chain,
      "/api/reglages": () => this.settings,
      "/api/series": () => this.kept.series(query),
      "/api/apercu": () => this.kept.overview(Number(query.get("points") ?? 24)),
      "/api/alarmes": () => this.alarms.filter(({ fin }) => query.get("actives") !== "true" || fin === null),
      "/api/appareils": () => this.devices,
    };
    const routes: Record<string, () => unknown> = this.isOld ? old : { ...old, ...recent };
    return routes[path]?.();
  }

  private async post(request: IncomingMessage): Promise<[number, unknown]> {
    let body = "";
    for await (const chunk of request) body += chunk;
    this.posts.push({ headers: request.headers, body });
    if (!this.hasKey(request)) return [401, {}];
    if (this.postStatus === 201) {
      const { capteur, valeur } = JSON.parse(body) as StoredReading;
      this.push(capteur, valeur);
    }
    return [this.postStatus, {}];
  }

  private hasKey(request: IncomingMessage): boolean {
    return this.key === undefined || request.headers["x-api-key"] === this.key;
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

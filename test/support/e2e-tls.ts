import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { type RequestOptions, request } from "node:https";
import { Readable } from "node:stream";
import { connect, type PeerCertificate, type TLSSocket } from "node:tls";
import { run } from "../../runners/run.ts";

/** Where a TLS listener is reached, and the CA that has to have signed what it shows. */
export interface TlsServer {
  readonly host: string;
  readonly port: number;
  readonly ca: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const to = ({ host, port, ca }: TlsServer): RequestOptions => ({
  host: "127.0.0.1",
  port,
  ca,
  servername: host,
});

/** What OpenSSL's own client is shown at a port, no matter who signed it. */
export async function presented(port: number, servername: string): Promise<X509Certificate> {
  const to = ["s_client", "-connect", `127.0.0.1:${port}`, "-servername", servername] as const;
  const { stdout } = await run(["openssl", ...to], { input: "", expected: [0, 1] });
  return new X509Certificate(stdout);
}

/** One request over HTTP/1.1 and a verified connection of its own. */
export function ask(server: TlsServer, path: string, asked: Asked = {}): Promise<Answer> {
  const { method = "GET", headers = {}, body } = asked;
  const host = server.port === 443 ? server.host : `${server.host}:${server.port}`;
  return new Promise((resolve, reject) => {
    const sent = request(
      { ...to(server), path, method, headers: { host, ...headers }, agent: false },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk) => chunks.push(chunk));
        answer.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text });
        });
      },
    );
    sent.on("error", reject).end(body);
  });
}

/** Status and headers of one GET over HTTP/2. */
export function askHttp2(server: TlsServer, path: string, authority: string): Promise<Answer["headers"]> {
  const session = connectHttp2(`https://127.0.0.1:${server.port}`, {
    ca: server.ca,
    servername: server.host,
  });
  return new Promise<Answer["headers"]>((resolve, reject) => {
    session.on("error", reject);
    const stream = session.request({ ":path": path, ":authority": authority });
    stream.on("error", reject).on("response", (headers) => resolve(headers as Answer["headers"]));
  }).finally(() => session.destroy());
}

/** A connection of HTTP/2, once the server has said what it takes. */
export async function openHttp2(server: TlsServer): Promise<ClientHttp2Session> {
  const session = connectHttp2(`https://127.0.0.1:${server.port}`, {
    ca: server.ca,
    servername: server.host,
  });
  await once(session, "remoteSettings");
  return session;
}

/** Statuses of GETs at once over HTTP/2, a hundred on each connection, by a client that reads no body of an answer. */
export async function unreadHttp2(
  server: TlsServer,
  path: string,
  count: number,
): Promise<readonly number[]> {
  const sessions = Array.from({ length: Math.ceil(count / 100) }, () =>
    connectHttp2(`https://127.0.0.1:${server.port}`, {
      ...{ ca: server.ca, servername: server.host },
      settings: { initialWindowSize: 0 },
    }),
  );
  const asked = Array.from({ length: count }, (_, index) => {
    const session = sessions[index % sessions.length];
    if (session === undefined) throw new Error("no session");
    return new Promise<number>((resolve, reject) => {
      session.on("error", reject);
      session
        .request({ ":path": path, ":authority": `${server.host}:${server.port}` })
        .on("error", reject)
        .on("response", (headers) => resolve(Number(headers[":status"])));
    });
  });
  return Promise.all(asked).finally(() => {
    for (const session of sessions) session.destroy();
  });
}

/** Status of a POST over HTTP/2 whose body comes piece by piece. */
export function postHttp2(
  server: TlsServer,
  path: string,
  headers: Readonly<Record<string, string>>,
  pieces: AsyncIterable<string>,
): Promise<number> {
  const session = connectHttp2(`https://127.0.0.1:${server.port}`, {
    ca: server.ca,
    servername: server.host,
  });
  return new Promise<number>((resolve, reject) => {
    session.on("error", reject);
    const stream = session.request({
      ":path": path,
      ":method": "POST",
      ":authority": `${server.host}:${server.port}`,
      ...headers,
    });
    stream.on("error", reject).on("response", (answer) => resolve(Number(answer[":status"])));
    Readable.from(pieces).pipe(stream);
  }).finally(() => session.destroy());
}

/** Writes each piece as it is and returns all that comes back until the server closes; `between` waits for a piece. */
export async function raw(
  server: TlsServer,
  pieces: AsyncIterable<string> | Iterable<string>,
): Promise<string> {
  const socket = await opened(server);
  let received = "";
  socket.on("data", (chunk) => {
    received += String(chunk);
  });
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.on("error", () => socket.destroy());
  for await (const piece of pieces) {
    if (socket.destroyed || socket.readableEnded) break;
    socket.write(piece);
  }
  await closed;
  return received;
}

function opened(server: TlsServer): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...to(server), ALPNProtocols: ["http/1.1"] } as never, () => resolve(socket));
    socket.once("error", reject);
  });
}

/** The certificate that a TLS client is shown: verified chain and names. */
export async function shown(server: TlsServer): Promise<PeerCertificate> {
  const socket = await opened(server);
  const certificate = socket.getPeerCertificate();
  socket.destroy();
  return certificate;
}

/** What OpenSSL's own client makes of a handshake: protocol and cipher, or the alert that ended it. */
export async function handshake(port: number, ...options: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run(["openssl", "s_client", "-connect", `127.0.0.1:${port}`, ...options], {
    expected: [0, 1],
    input: "",
  });
  const text = `${stdout}\n${stderr}`;
  const alert = /alert ([a-z ]+):/.exec(text)?.[1];
  const [, protocol, cipher] = /New, (\S+), Cipher is (\S+)/.exec(text) ?? [];
  return alert ?? `${protocol} ${cipher}`;
}

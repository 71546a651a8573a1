import { Agent, type ClientRequest, IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { UserError } from "../../core/errors.ts";
import { type Conversation, converse, type RunOptions, run } from "../run.ts";
import type { EngineAddress } from "../stack.ts";
import { atEngine, engineHost, engineOfWork } from "./current-engine.ts";
import { engineAddress, engineError, engineTooOld, wrongProduct } from "./engine-errors.ts";

/** API 1.41 is Docker Engine 20.10, the oldest that the kit was tried with. */
const OLDEST_API = [1, 41] as const;

/** Refuses an engine whose API is older than the containers need. @param api `1.41` */
export function refuseOldApi(version: string, api: string): void {
  const [major = 0, minor = 0] = api.split(".").map(Number);
  if (major < OLDEST_API[0] || (major === OLDEST_API[0] && minor < OLDEST_API[1]))
    throw engineTooOld(version, api);
}

/** Connections at a time: those to an engine elsewhere are each a login there. The engine makes an archive in 100 ms, and others should not wait for it. */
const CONNECTIONS = { here: 16, elsewhere: 4 };

const ANSWERED = 200;
const CREATED = 201;
const NOT_FOUND = 404;

/** Where Docker's client finds an engine if nobody says otherwise. */
const DEFAULT_SOCKET = "/var/run/docker.sock";

/** The socket of an engine on this machine; undefined for one elsewhere, to which Docker's client knows the way. */
function localSocket(): string | undefined {
  const host = engineHost();
  if (host) return /^unix:\/\/(\/.+)$/.exec(host)?.[1];
  return process.platform === "win32" ? undefined : DEFAULT_SOCKET;
}

/** A way to the engine that the client is set to, with its TLS, SSH and proxies: bytes of its API in both directions. */
export const dialEngine = (options: Pick<RunOptions, "signal"> = {}): Promise<Conversation> =>
  converse(["docker", "system", "dial-stdio"], options);

/** The engine that a question is for. */
interface Asked {
  /** With the certificates: as another user it is another connection. */
  readonly address: string;
  readonly engine: EngineAddress | undefined;
}

const asked = (): Asked => {
  const engine = engineOfWork();
  return { address: [engineAddress(), engine?.certificates ?? ""].join(" "), engine };
};

/** Keeps connections for later questions, and no process alive for them. */
class EngineAgent extends Agent {
  readonly #conversations = new WeakMap<Duplex, Conversation>();

  constructor() {
    super({ keepAlive: true });
  }

  /** `useEngine` may lead to another engine meanwhile. */
  override getName(options?: object): string {
    return (options as Asked).address;
  }

  /** A question that has waited for its turn is asked out of the work of another one, which may be at another engine. */
  override createConnection(options: object, done?: (error: Error | null, stream: Duplex) => void) {
    return atEngine((options as Asked).engine, () => this.#connected(done));
  }

  #connected(done?: (error: Error | null, stream: Duplex) => void) {
    const socket = localSocket();
    if (socket !== undefined) return connect(socket);
    dialEngine().then(
      (conversation) => {
        this.#conversations.set(conversation.stream, conversation);
        done?.(null, conversation.stream);
      },
      (error: Error) => done?.(error, undefined as never),
    );
    return undefined;
  }

  override keepSocketAlive(stream: Duplex): boolean {
    const conversation = this.#conversations.get(stream);
    if (conversation === undefined) return super.keepSocketAlive(stream) as unknown as boolean;
    conversation.hold(false);
    return true;
  }

  override reuseSocket(stream: Duplex, question: ClientRequest): void {
    const conversation = this.#conversations.get(stream);
    if (conversation === undefined) super.reuseSocket(stream, question);
    else conversation.hold(true);
  }
}

const agent = new EngineAgent();

type Query = Readonly<Record<string, string>>;

/** A refusal of the engine, in its own words. */
export class RefusedError extends UserError {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

interface Question {
  readonly path: string;

  /** Sent with POST, as JSON. @default - GET */
  readonly body?: object;

  /** Headers that ask for a connection without HTTP on it. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Asks the engine's API for one thing.
 *
 * @param path as in Docker's API without a version, so that the engine answers as the newest that it speaks
 * @returns undefined where the engine has no such thing
 * @throws EngineError if there is no engine, or none that the kit works with
 * @throws RefusedError where it refuses
 */
export async function bytesFromEngine(path: string, query: Query = {}): Promise<Buffer | undefined> {
  const words = new URLSearchParams(query).toString();
  try {
    return await answerTo({ path: words === "" ? path : `${path}?${words}` });
  } catch (error) {
    if (error instanceof RefusedError && error.status === NOT_FOUND) return undefined;
    throw error;
  }
}

/** As `bytesFromEngine`, of what is told as JSON. */
export async function fromEngine<T>(path: string, query: Query = {}): Promise<T | undefined> {
  const body = await bytesFromEngine(path, query);
  return body === undefined ? undefined : (JSON.parse(body.toString()) as T);
}

/** Those of many things that exist, in the order of their names. */
export async function eachFromEngine<T>(
  names: readonly string[],
  pathOf: (name: string) => string,
): Promise<readonly T[]> {
  const found = await Promise.all(names.map((name) => fromEngine<T>(pathOf(name))));
  return found.flatMap((thing) => thing ?? []);
}

/** Has the engine do something, and reads the JSON of its answer. @throws as `bytesFromEngine` */
export const toEngine = async <T>(path: string, body: object): Promise<T> =>
  JSON.parse((await answerTo({ path, body })).toString()) as T;

/** As `toEngine`, for what goes on as bytes in both directions. */
export async function streamFromEngine(path: string, body: object): Promise<Duplex> {
  const answer = await ask({ path, body, headers: { connection: "Upgrade", upgrade: "tcp" } });
  if (answer instanceof IncomingMessage) throw refusalOf(answer, await wholeOf(answer));
  return answer;
}

async function answerTo(question: Question): Promise<Buffer> {
  const answer = await ask(question);
  if (!(answer instanceof IncomingMessage)) throw new Error(`${question.path}: an answer that is none`);
  refuseOthers(answer);
  const body = await wholeOf(answer).catch(connectionLost);
  if (answer.statusCode !== ANSWERED && answer.statusCode !== CREATED) throw refusalOf(answer, body);
  return body;
}

const ask = (question: Question): Promise<IncomingMessage | Duplex> => send(question).catch(connectionLost);

/**
 * Tells of a connection that cannot be had, or ended too early. Docker's client knows more reasons, and says them in words that
 * people find: no permission, no such host.
 */
export async function connectionLost(error: unknown): Promise<never> {
  await run(["docker", "version"]);
  throw new UserError(
    `Docker engine at ${engineAddress()}: the connection was lost (${(error as Error).message})`,
    "run the same command again; exploreiot status says how the deployment is",
  );
}

function send(question: Question): Promise<IncomingMessage | Duplex> {
  const { path, body, headers } = question;
  const method = body === undefined ? "GET" : "POST";
  const text = body === undefined ? "" : JSON.stringify(body);
  agent.maxSockets = localSocket() === undefined ? CONNECTIONS.elsewhere : CONNECTIONS.here;
  return new Promise((resolve, reject) => {
    const sent = request({
      ...{ agent, method, path, ...asked() },
      headers: {
        ...{ host: "docker", ...headers },
        ...(body === undefined
          ? {}
          : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
      },
    })
      .on("response", resolve)
      .on("upgrade", (_, stream, first) => {
        stream.unshift(first);
        resolve(stream);
      })
      .on("error", (error: NodeJS.ErrnoException) => {
        // The engine had ended a connection that was kept: https://nodejs.org/api/http.html#requestreusedsocket
        if (body === undefined && sent.reusedSocket && error.code === "ECONNRESET")
          send(question).then(resolve, reject);
        else reject(error);
      });
    sent.end(text);
  });
}

function refusalOf({ statusCode = 0 }: IncomingMessage, body: Buffer): UserError {
  const message = messageOf(body);
  return engineError(message) ?? new RefusedError(statusCode, message);
}

/** Each answer says whose it is: `Server: Docker/20.10.24 (linux)` or `Libpod/5.4.2 (linux)`, and `Api-Version: 1.41`. */
function refuseOthers({ headers }: IncomingMessage): void {
  const [, name = "", version = "of unknown version"] = /^([^/ ]+)\/(\S+)/.exec(String(headers.server)) ?? [];
  if (name === "Libpod") throw wrongProduct(`Podman ${version}`);
  const api = headers["api-version"];
  if (typeof api === "string") refuseOldApi(version, api);
}

async function wholeOf(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function messageOf(body: Buffer): string {
  try {
    return String((JSON.parse(body.toString()) as { readonly message: unknown }).message);
  } catch {
    return body.toString().trim();
  }
}

import { Agent, request } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { converse } from "../run.ts";

const LOCAL = "unix:///var/run/docker.sock";

/** A socket on this machine, and else the way of Docker's client, which knows TLS and ssh. */
async function dialEngine(): Promise<Duplex> {
  const address = process.env.DOCKER_HOST || LOCAL;
  if (address.startsWith("unix://")) return connect(address.slice("unix://".length));
  return (await converse(["docker", "system", "dial-stdio"])).stream;
}

/** An engine that hangs is told by other questions. */
const LIMIT_MS = 3000;

/**
 * Asks the engine by its API for what its client takes seconds to tell, one question after the other over one connection.
 *
 * @param paths without a version: that of the API is the engine's newest
 * @returns each answer's JSON; undefined where there is none, as for a container that is gone
 */
export async function askEngine(paths: readonly string[]): Promise<readonly unknown[]> {
  if (paths.length === 0) return [];
  const stream = await dialEngine();
  const agent = new OneConnection(stream);
  const answers: unknown[] = paths.map(() => undefined);
  const asked = paths.map(async (path, index) => {
    answers[index] = await answerOf(path, agent);
  });
  let limit: NodeJS.Timeout | undefined;
  // A request that waits for its turn on a connection that is gone waits for ever.
  const over = new Promise((resolve) => {
    limit = setTimeout(resolve, LIMIT_MS);
    stream.on("close", resolve).on("error", resolve);
  });
  await Promise.race([Promise.all(asked), over]);
  clearTimeout(limit);
  agent.destroy();
  stream.destroy();
  return answers;
}

class OneConnection extends Agent {
  readonly #stream: Duplex;

  constructor(stream: Duplex) {
    super({ keepAlive: true, maxSockets: 1 });
    this.#stream = stream;
  }

  override createConnection(): Duplex {
    return this.#stream;
  }
}

const answerOf = (path: string, agent: Agent): Promise<unknown> =>
  new Promise((resolve) => {
    const none = () => resolve(undefined);
    const sent = request({ agent, path, host: "docker" }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", none);
      answer.on("end", () => {
        try {
          resolve(answer.statusCode === 200 ? JSON.parse(Buffer.concat(chunks).toString()) : undefined);
        } catch {
          none();
        }
      });
    });
    sent.on("error", none);
    sent.end();
  });

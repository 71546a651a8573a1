import { request } from "node:http";
import { dialInside, insideError } from "./inside.ts";

export interface Answer {
  readonly status: number;
  readonly body: string;
}

interface Asked {
  /** Of the container. */
  readonly container: string;
  readonly port: number;
  readonly path: string;

  /** The Host header: a name that the service takes for its own. */
  readonly host: string;
  readonly headers?: Readonly<Record<string, string>>;

  /** @default - 10 s */
  readonly limitMs?: number;
}

/**
 * One GET of a service from inside its container.
 *
 * @throws UserError if nobody answers within the limit
 */
export async function askInside(asked: Asked): Promise<Answer> {
  const { container, port, path, host, headers = {}, limitMs = 10_000 } = asked;
  const stream = await dialInside(container, port);
  try {
    return await new Promise((resolve, reject) => {
      const limit = AbortSignal.timeout(limitMs);
      limit.addEventListener("abort", () =>
        reject(new Error(`GET ${path}: no answer within ${limitMs / 1000} s`)),
      );
      stream.on("error", reject);
      const sent = request(
        { createConnection: () => stream, path, headers: { Host: host, Connection: "close", ...headers } },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => chunks.push(chunk));
          answer.on("error", reject);
          answer.on("end", () =>
            resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
          );
        },
      );
      // The connection's own error, which comes at the same time, says more.
      sent.on("error", (error) => setImmediate(() => reject(error)));
      sent.end();
    });
  } catch (error) {
    throw insideError(container, error);
  } finally {
    stream.destroy();
  }
}

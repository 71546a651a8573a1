import { createServer, type ServerResponse } from "node:http";
import { join } from "node:path";
import type { Duplex, Readable } from "node:stream";
import { onTestFinished } from "vitest";
import { environment } from "./programs.ts";
import { temporaryFolder } from "./temporary-folder.ts";

interface Answers {
  /** Of a path to what the engine has there; anything else it does not have. */
  readonly things?: Readonly<Record<string, unknown>>;

  /** Of a path, or the beginning of one, to the status and the words with which the engine refuses it. */
  readonly refusals?: Readonly<Record<string, readonly [status: number, message: string]>>;

  /** Of a command in a container, joined by spaces, and what came on its standard input. */
  readonly exec?: (
    command: string,
    input: string,
  ) => {
    /** `unknown`: as one that was started again meanwhile. @default 0 */
    readonly code?: number | "unknown";
    readonly stdout?: string;
    readonly stderr?: string;
  };

  /** Ends each connection in the middle of what is said on it. @default false */
  readonly cut?: true;

  /** @default - those of Engine 20.10 */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Makes this process talk, for one test, to an engine that speaks Docker's API and says what the test wants: engines that
 * are too old, are another product or have no room cannot all be had.
 *
 * @returns the questions that it was asked, as they come
 */
export async function engine({
  things = {},
  refusals = {},
  exec,
  cut,
  headers,
}: Answers): Promise<readonly string[]> {
  const asked: string[] = [];
  const commands: string[] = [];
  const codes: number[] = [];
  const say = (response: ServerResponse, status: number, body: unknown) => {
    response.writeHead(status, headers ?? { Server: "Docker/20.10.24 (linux)", "Api-Version": "1.41" });
    if (!cut || status === 201) return response.end(JSON.stringify(body));
    return response.write(JSON.stringify(body).slice(0, 5), () => response.destroy());
  };
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(request.url ?? "");
    asked.push(`${request.method} ${path}`);
    const id = Number(/^\/exec\/(\d+)\/json$/.exec(path)?.[1] ?? Number.NaN);
    if (id in codes) return say(response, 200, { Running: false, ExitCode: codes[id] });
    if (/^\/containers\/.+\/exec$/.test(path) && exec !== undefined) {
      commands.push((JSON.parse(await textOf(request)) as { Cmd: string[] }).Cmd.join(" "));
      return say(response, 201, { Id: String(commands.length - 1) });
    }
    const refusal = Object.entries(refusals).find(([refused]) => path.startsWith(refused));
    if (refusal !== undefined) return say(response, refusal[1][0], { message: refusal[1][1] });
    return path in things
      ? say(response, 200, things[path])
      : say(response, 404, { message: `No such thing: ${path}` });
  });
  server.on("upgrade", async (request, stream: Duplex, first: Buffer) => {
    const id = Number(/^\/exec\/(\d+)\/start$/.exec(request.url ?? "")?.[1]);
    stream.write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
    stream.unshift(first);
    // The body of the question comes first, since nobody reads it as one.
    const input = (await textOf(stream)).slice(Number(request.headers["content-length"]));
    const said = exec?.(commands[id] ?? "", input);
    if (cut) return stream.end(part(1, "half").subarray(0, 10));
    const { code = 0 } = said ?? {};
    if (code !== "unknown") codes[id] = code;
    stream.write(part(1, said?.stdout ?? ""));
    stream.end(part(2, said?.stderr ?? ""));
  });
  const socket = join(temporaryFolder(), "docker.sock");
  await new Promise<void>((listening) => server.listen(socket, listening));
  environment("DOCKER_HOST", `unix://${socket}`);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return asked;
}

/** All that comes, with the other direction left open. */
async function textOf(stream: Readable): Promise<string> {
  let text = "";
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) text += String(chunk);
  return text;
}

/** A part of the stream that carries both outputs of a command. */
function part(output: number, text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = output;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

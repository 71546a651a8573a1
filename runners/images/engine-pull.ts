import { type IncomingMessage, request } from "node:http";
import { createInterface } from "node:readline";
import type { Duplex } from "node:stream";
import { dialEngine } from "../docker/engine-api.ts";
import { type PulledBytes, PullProgress } from "./pull-progress.ts";
import { registryLogin } from "./registry-login.ts";

/** The engine or the registry refused; the message is theirs. */
export class PullError extends Error {}

/**
 * Pulls an image through the engine's API, since `docker pull` counts bytes on a terminal alone.
 *
 * @param onBytes called with each message, as soon as sizes are known
 * @throws PullError with the reason
 */
export async function enginePull(
  reference: string,
  onBytes: (bytes: PulledBytes) => void,
  signal?: AbortSignal,
): Promise<void> {
  const login = await registryLogin(reference);
  const engine = await dialEngine(signal === undefined ? {} : { signal });
  let failure: unknown;
  try {
    await follow(await ask(reference, login, engine.stream), onBytes);
  } catch (error) {
    failure = error;
  }
  const said = await engine.end();
  if (failure instanceof PullError) throw failure;
  // The connection was cut, and the client says why.
  if (failure !== undefined) throw new PullError(said || (failure as Error).message);
}

/** `name@digest` or `name:tag`, as the client itself sends them. */
function named(reference: string): URLSearchParams {
  const at =
    /^(?<image>.+)@(?<tag>sha256:[0-9a-f]{64})$/.exec(reference) ??
    /^(?<image>.+):(?<tag>[\w][\w.-]*)$/.exec(reference);
  const { image = reference, tag = "latest" } = at?.groups ?? {};
  return new URLSearchParams({ fromImage: image, tag });
}

function ask(reference: string, login: string | undefined, connection: Duplex): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request({
      method: "POST",
      path: `/images/create?${named(reference)}`,
      headers: { host: "docker", ...(login === undefined ? {} : { "x-registry-auth": login }) },
      createConnection: () => connection as never,
    })
      .on("response", resolve)
      .on("error", reject)
      .end();
  });
}

async function follow(answer: IncomingMessage, onBytes: (bytes: PulledBytes) => void): Promise<void> {
  const progress = new PullProgress();
  let refusal = "";
  for await (const line of createInterface({ input: answer })) {
    if (answer.statusCode !== 200) refusal += line;
    else if (line.trim() !== "") progress.take(line);
    if (progress.bytes !== undefined) onBytes(progress.bytes);
  }
  if (answer.statusCode !== 200) throw new PullError(messageOf(refusal));
  if (progress.error !== undefined) throw new PullError(progress.error);
}

function messageOf(refusal: string): string {
  try {
    return String((JSON.parse(refusal) as { readonly message: unknown }).message);
  } catch {
    return refusal;
  }
}

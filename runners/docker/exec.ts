import { createInterface } from "node:readline";
import { Duplex, PassThrough, type Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { CommandError, type RunOptions, type RunResult } from "../run.ts";
import { atContainer } from "../swarm/place.ts";
import { connectionLost, fromEngine, RefusedError, streamFromEngine, toEngine } from "./engine-api.ts";

interface ExecOptions extends Pick<RunOptions, "onLine" | "expected"> {
  /** Never a secret: environments are readable in /proc. */
  readonly env?: Readonly<Record<string, string>>;

  /** Standard input: the way to hand over what must not be seen in argv. @default - no input */
  readonly input?: string | Uint8Array;
}

/** A program that was started in a container, with its input and its outputs in one stream. */
interface Started {
  readonly id: string;
  readonly stream: Duplex;
}

/** The exit code of Docker's client where the engine refuses. */
const REFUSED = 1;

/** Of a command that nobody knows the end of. */
export const CUT_SHORT = "its container was removed, or the engine was started again, before it ended";

/** https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach, stream format */
const STDERR = 2;
const HEADER_BYTES = 8;
const LENGTH_AT = 4;

/** The engine may close the outputs a moment before it knows the exit code. */
const EXIT_POLL_MS = 5;

/**
 * Runs one command in a container, as its own user and without a shell, over the engine's API.
 *
 * @returns code 1 with the engine's words as standard error where the container is not there or does not run, and with
 *   CUT_SHORT behind what was said where it went in the middle; 126 or 127 where the program cannot be started
 * @throws EngineError if there is no engine
 * @throws UserError where it is on a node of a swarm that cannot be reached, or runs on none
 * @throws CommandError for an exit code outside `expected`, which is 0 alone unless it is given
 */
export async function execIn(
  container: string,
  argv: readonly string[],
  options: ExecOptions = {},
): Promise<RunResult> {
  const result = await resultOf(container, argv, options);
  if (!(options.expected ?? [0]).includes(result.code))
    throw new CommandError(["docker", "exec", container, ...argv], result);
  return result;
}

async function resultOf(
  container: string,
  argv: readonly string[],
  options: ExecOptions,
): Promise<RunResult> {
  try {
    return await atContainer(container, (id) => resultAt(id, argv, options));
  } catch (error) {
    if (error instanceof RefusedError) return { code: REFUSED, stdout: "", stderr: error.message };
    throw error;
  }
}

async function resultAt(
  container: string,
  argv: readonly string[],
  { env, input, onLine }: ExecOptions,
): Promise<RunResult> {
  const { id, stream } = await start(container, argv, { env, hasInput: input !== undefined });
  // A way through Docker's client ends in order only once both sides have nothing more to say.
  stream.end(input);
  const lines = onLine && new PassThrough();
  if (lines) createInterface({ input: lines }).on("line", onLine);
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  const take = async () => {
    for await (const { isError, bytes } of partsOf(stream)) {
      (isError ? stderr : stdout).push(bytes);
      lines?.write(bytes);
    }
  };
  await take()
    .catch(connectionLost)
    .finally(() => lines?.end());
  const code = await exitCode(id);
  if (code === undefined) stderr.push(Buffer.from(`\n${CUT_SHORT}\n`));
  return { code: code ?? REFUSED, stdout: textOf(stdout), stderr: textOf(stderr) };
}

/** Runs a command in a container to talk to it. One that fails ends the stream with an error that holds its `stderr`. */
export const converseIn = (container: string, argv: readonly string[]): Promise<Duplex> =>
  atContainer(container, (id) => converseAt(id, argv));

async function converseAt(container: string, argv: readonly string[]): Promise<Duplex> {
  const started = await start(container, argv, { hasInput: true });
  const { stream } = started;
  const both = new Duplex({
    read: () => undefined,
    write: (bytes, _, done) => stream.write(bytes, done),
    final: (done) => stream.end(done),
    destroy(error, done) {
      stream.destroy();
      done(error);
    },
  });
  // Told by reading it as well: who waits for its bytes need not listen.
  both.on("error", () => undefined);
  void answer(started, both).catch((error) => both.destroy(error));
  return both;
}

async function answer({ id, stream }: Started, both: Duplex): Promise<void> {
  const said: Buffer[] = [];
  for await (const { isError, bytes } of partsOf(stream)) {
    if (isError) said.push(bytes);
    else both.push(bytes);
  }
  const code = await exitCode(id);
  if (code !== 0) throw Object.assign(new Error(`ended with exit code ${code}`), { stderr: textOf(said) });
  both.push(null);
}

async function start(
  container: string,
  argv: readonly string[],
  { env = {}, hasInput }: { readonly env?: ExecOptions["env"]; readonly hasInput: boolean },
): Promise<Started> {
  const { Id: id } = await toEngine<{ readonly Id: string }>(`/containers/${container}/exec`, {
    ...{ Cmd: argv, AttachStdin: hasInput, AttachStdout: true, AttachStderr: true },
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
  });
  return { id, stream: await streamFromEngine(`/exec/${id}/start`, { Detach: false, Tty: false }) };
}

/** Undefined where nobody can know it: its container was removed, or the engine was started again. */
async function exitCode(id: string): Promise<number | undefined> {
  for (;;) {
    const state = await fromEngine<{ readonly Running: boolean; readonly ExitCode: number | null }>(
      `/exec/${id}/json`,
    );
    if (state === undefined) return undefined;
    if (!state.Running && state.ExitCode !== null) return state.ExitCode;
    await delay(EXIT_POLL_MS);
  }
}

/** The engine sends both outputs in one stream, each part with a header that tells which and how long. */
async function* partsOf(
  stream: Readable,
): AsyncGenerator<{ readonly isError: boolean; readonly bytes: Buffer }> {
  let rest = Buffer.alloc(0);
  for await (const chunk of stream) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    while (rest.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + rest.readUInt32BE(LENGTH_AT);
      if (rest.length < end) break;
      yield { isError: rest[0] === STDERR, bytes: rest.subarray(HEADER_BYTES, end) };
      rest = rest.subarray(end);
    }
  }
  if (rest.length > 0) throw new Error("it ended in the middle of what was said");
}

const textOf = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString();

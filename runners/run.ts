import { type Duplex, pipeline, type Readable, type Writable } from "node:stream";
import { UserError } from "../core/errors.ts";
import { takeSignals } from "../core/signals.ts";
import { variablesOfWork } from "./docker/current-engine.ts";
import { engineError, wayToDocker } from "./docker/engine-errors.ts";

export interface RunOptions {
  readonly cwd?: string;

  /**
   * Added to this process's environment; undefined takes a variable out of it. Never a secret: environments are readable
   * in /proc.
   */
  readonly env?: Readonly<Record<string, string | undefined>>;

  /** Standard input: the way to hand over what must not be seen in argv. @default - no input */
  readonly input?: string | Uint8Array | Readable;

  /** An open file to be the child's standard input, shared with it. */
  readonly inputFile?: number;

  /** Called with each line of standard output and error as it arrives. */
  readonly onLine?: (line: string) => void;

  /** Ends the child: SIGTERM, then SIGKILL after 10 s. */
  readonly signal?: AbortSignal;

  /** Leaves out the SIGKILL: for a child that ends in order, however long that takes. @default false */
  readonly endsByItself?: true;

  /** Exit codes that are an answer and not a failure. @default [0] */
  readonly expected?: readonly number[];

  /** Whether the output is no text: each character is one byte then. @default false */
  readonly binary?: true;

  /** Keeps the child out of this terminal's Ctrl-C, so that it is ended by `signal` and in order. @default false */
  readonly ownGroup?: boolean;
}

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that ended with an exit code nobody expected, or could not be started. */
export class CommandError extends UserError {
  readonly result: RunResult;

  constructor(argv: readonly string[], result: RunResult, ...remedy: readonly string[]) {
    const output = (result.stderr.trim() || result.stdout.trim()).split("\n").slice(-20).join("\n");
    super(`${argv.slice(0, 3).join(" ")} ended with exit code ${result.code}\n${output}`, ...remedy);
    this.result = result;
  }
}

/** execa takes 0.1 s to load, so only a process that starts something pays for it. */
const starter = async () => (await import("execa")).execa;
/** The program of a command is not there. */
export class NotInstalledError extends UserError {
  readonly program: string;

  constructor(program: string) {
    super(`${program}: not installed, or not in PATH`, ...(program === "docker" ? wayToDocker() : []));
    this.program = program;
  }
}

/** The system's reasons why a program of that name cannot be had: no such file, a PATH with what is no folder, a file that is no program. */
const NOT_THERE: readonly unknown[] = ["ENOENT", "ENOTDIR", "EACCES"];

interface Ended {
  readonly exitCode?: number | undefined;
  readonly code?: string | undefined;
  readonly cause?: unknown;
}

/** A program that never ran has no exit code, and said nothing. */
function refuseUnstarted(program: string, { exitCode, code, cause }: Ended): void {
  if (exitCode !== undefined || !/^E[A-Z0-9]+$/.test(code ?? "")) return;
  throw NOT_THERE.includes(code) ? new NotInstalledError(program) : cause;
}

/**
 * Runs one command, given as data, without a shell. The only place that starts processes for the runners
 * and the command line.
 *
 * @throws NotInstalledError if the program is not installed
 * @throws EngineError if Docker's client could not ask its engine, no matter which exit codes are expected
 * @throws CommandError for an exit code outside `expected`
 */
export async function run(
  argv: readonly [string, ...string[]],
  options: RunOptions = {},
): Promise<RunResult> {
  const execa = await starter();
  const [program, ...args] = argv;
  const child = execa(program, args, settings(options));
  // An input that breaks off ends the child as well, which says that it is not whole.
  if (isStream(options.input)) pipeline(options.input, child.stdin as Writable, () => undefined);
  // A child that fails also ends this with its error; the awaited child below reports it.
  if (options.onLine) void eachLine(child.iterable({ from: "all" }), options.onLine).catch(() => undefined);
  const ended = await child;
  const result = {
    code: ended.exitCode ?? 128,
    stdout: String(ended.stdout ?? ""),
    stderr: String(ended.stderr ?? ""),
  };
  refuseUnstarted(program, ended);
  const trouble =
    program === "docker" && result.code !== 0
      ? engineError(result.stderr, options.env?.DOCKER_HOST)
      : undefined;
  if (trouble !== undefined) throw trouble;
  if (!(options.expected ?? [0]).includes(result.code)) throw new CommandError(argv, result);
  return result;
}

/** Runs a command in this terminal: it has the keyboard and the screen, or the pipes that stand for them. */
export async function attached(argv: readonly [string, ...string[]]): Promise<number> {
  const execa = await starter();
  const [program, ...args] = argv;
  // Ctrl-C is for the program, which may go on after it, as psql does; its exit ends this process too.
  takeSignals(["SIGINT"], () => {});
  const ended = await execa(program, args, { reject: false, stdio: "inherit", env: variablesOfWork() });
  refuseUnstarted(program, ended);
  return ended.exitCode ?? 128;
}

/**
 * Hands over each line that a command writes, to either of its outputs, and keeps none.
 *
 * @returns its exit code; that of an end by `signal` is 128
 */
export async function eachLineOf(
  argv: readonly [string, ...string[]],
  onLine: (line: string) => void,
  signal?: AbortSignal,
): Promise<number> {
  const execa = await starter();
  const [program, ...args] = argv;
  const child = execa(program, args, {
    reject: false,
    all: true,
    buffer: false,
    stdin: "ignore",
    env: variablesOfWork(),
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  await eachLine(child.iterable({ from: "all" }), onLine).catch(() => undefined);
  const ended = await child;
  refuseUnstarted(program, ended);
  return ended.exitCode ?? 128;
}

/** A process that is written to and read from while it runs. */
export interface Conversation {
  /** A command that fails ends it with an error that holds its standard error. */
  readonly stream: Duplex;

  /** Whether this process stays for its sake. @default - it does */
  hold(isNeeded: boolean): void;

  /** Ends the process, and tells what it said on standard error. */
  end(): Promise<string>;
}

interface Holding {
  ref?(): unknown;
  unref?(): unknown;
}

/** Starts one command, as `run` does, to talk to it. */
export async function converse(
  argv: readonly [string, ...string[]],
  { signal }: Pick<RunOptions, "signal"> = {},
): Promise<Conversation> {
  const execa = await starter();
  const [program, ...args] = argv;
  const child = execa(program, args, {
    ...{ detached: true, buffer: { stdout: false }, env: variablesOfWork() },
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  const stream = child.duplex();
  // Told by `end` as well: who asks there need not listen.
  stream.on("error", () => undefined);
  const end = async () => {
    child.kill();
    const { stderr } = await child.catch((error: { readonly stderr?: unknown }) => error);
    return String(stderr).trim();
  };
  const hold = (isNeeded: boolean) => {
    // Pipes of a child are sockets, which its types do not say.
    for (const part of [child, child.stdin, child.stdout, child.stderr] as readonly (Holding | null)[])
      isNeeded ? part?.ref?.() : part?.unref?.();
  };
  return { stream, hold, end };
}

const isStream = (input: RunOptions["input"]): input is Readable =>
  input !== undefined && typeof input !== "string" && !(input instanceof Uint8Array);

const settings = ({
  cwd,
  env,
  input,
  inputFile,
  signal,
  endsByItself,
  onLine,
  binary,
  ownGroup,
}: RunOptions) => ({
  reject: false,
  stripFinalNewline: false,
  forceKillAfterDelay: endsByItself ? (false as const) : 10_000,
  maxBuffer: 64 * 1024 * 1024,
  all: onLine !== undefined,
  // Any open file will do; execa's types know those that a process starts with.
  stdin: (inputFile as 0 | undefined) ?? (input === undefined ? ("ignore" as const) : ("pipe" as const)),
  ...(binary ? { encoding: "latin1" as const } : {}),
  detached: ownGroup ?? false,
  ...(cwd === undefined ? {} : { cwd }),
  env: { ...variablesOfWork(), ...env },
  ...(input === undefined || isStream(input) ? {} : { input }),
  ...(signal === undefined ? {} : { cancelSignal: signal }),
});

async function eachLine(lines: AsyncIterable<unknown>, onLine: (line: string) => void): Promise<void> {
  for await (const line of lines) onLine(String(line));
}

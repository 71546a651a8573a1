import type { Readable } from "node:stream";
import { UserError } from "../core/errors.ts";

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

/**
 * Runs one command, given as data, without a shell. The only place that starts processes for the engines
 * and the command line.
 *
 * @throws UserError if the program is not installed
 * @throws CommandError for an exit code outside `expected`
 */
export async function run(
  argv: readonly [string, ...string[]],
  options: RunOptions = {},
): Promise<RunResult> {
  // execa takes 0.1 s to load, so only a process that starts something pays for it.
  const { execa } = await import("execa");
  const [program, ...args] = argv;
  const child = execa(program, args, settings(options));
  if (isStream(options.input)) options.input.pipe(child.stdin as NodeJS.WritableStream);
  // A child that fails also ends this with its error; the awaited child below reports it.
  if (options.onLine) void eachLine(child.iterable({ from: "all" }), options.onLine).catch(() => undefined);
  const ended = await child;
  const result = {
    code: ended.exitCode ?? 128,
    stdout: String(ended.stdout ?? ""),
    stderr: String(ended.stderr ?? ""),
  };
  if (ended.code === "ENOENT") throw new UserError(`${program}: not installed, or not in PATH`);
  if (!(options.expected ?? [0]).includes(result.code)) throw new CommandError(argv, result);
  return result;
}

const isStream = (input: RunOptions["input"]): input is Readable =>
  input !== undefined && typeof input !== "string" && !(input instanceof Uint8Array);

const settings = ({ cwd, env, input, inputFile, signal, onLine, binary, ownGroup }: RunOptions) => ({
  reject: false,
  stripFinalNewline: false,
  forceKillAfterDelay: 10_000,
  maxBuffer: 64 * 1024 * 1024,
  all: onLine !== undefined,
  // Any open file will do; execa's types know those that a process starts with.
  stdin: (inputFile as 0 | undefined) ?? (input === undefined ? ("ignore" as const) : ("pipe" as const)),
  ...(binary ? { encoding: "latin1" as const } : {}),
  detached: ownGroup ?? false,
  ...(cwd === undefined ? {} : { cwd }),
  ...(env === undefined ? {} : { env }),
  ...(input === undefined || isStream(input) ? {} : { input }),
  ...(signal === undefined ? {} : { cancelSignal: signal }),
});

async function eachLine(lines: AsyncIterable<unknown>, onLine: (line: string) => void): Promise<void> {
  for await (const line of lines) onLine(String(line));
}

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds package.json; every command runs in it. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * @typedef {object} Options
 * @property {Readonly<Record<string, string>>} [env] added to this process's environment
 * @property {number} [limitSeconds] the process is killed after that time; 600 unless told
 * @property {readonly number[]} [expected] exit codes that are no failure; only 0 unless told
 *
 * @typedef {object} Ended
 * @property {number} ms from the call until the process has ended and its output is read
 * @property {number} startedAt milliseconds since 1970, by the clock that Docker's times are of
 * @property {string} stdout
 */

/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();
let interrupted = false;

/** Ends what runs now and makes the measurement fail, so that it cleans up; what cleans up still runs. */
export function interrupt() {
  interrupted = true;
  for (const child of running) kill(child, "SIGTERM");
}

/** Whether Ctrl-C was pressed: nothing more is to be measured. */
export const isInterrupted = () => interrupted;

/**
 * Runs one command from the outside: no shell, no terminal, its output read and kept.
 *
 * @param {readonly string[]} argv
 * @param {Options} [options]
 * @returns {Promise<Ended>}
 * @throws {Error} with the end of its output, for an exit code that is not expected and for one out of time
 */
export function run(argv, { env = {}, limitSeconds = 600, expected = [0] } = {}) {
  const [program = "", ...args] = argv;
  return new Promise((resolve, reject) => {
    const startedAt = Date.now();
    const start = process.hrtime.bigint();
    const child = spawn(program, args, {
      cwd: root,
      env: { ...environment(), ...env },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own: Ctrl-C reaches it by `interrupt`, and a limit ends its children too.
      detached: true,
    });
    running.add(child);
    const output = collect(child);
    const limit = setTimeout(() => kill(child, "SIGKILL"), limitSeconds * 1000);
    const done = () => {
      clearTimeout(limit);
      running.delete(child);
    };
    child.once("error", (error) => {
      done();
      reject(error);
    });
    child.once("close", (code, signal) => {
      const ms = Number(process.hrtime.bigint() - start) / 1e6;
      done();
      if (code !== null && expected.includes(code)) resolve({ ms, startedAt, stdout: output.stdout });
      else reject(new Error(`${argv.join(" ")}: ended with ${signal ?? code}\n${tail(output)}`));
    });
  });
}

/**
 * The environment of every command, so that neither of two rivals has it easier: no question to the network about newer
 * versions of Terraform, no warning about a configuration file that is not there.
 */
function environment() {
  const { TF_CLI_CONFIG_FILE: file, ...rest } = process.env;
  const terraform = file !== undefined && existsSync(file) ? { TF_CLI_CONFIG_FILE: file } : {};
  return { ...rest, ...terraform, CHECKPOINT_DISABLE: "1", NO_COLOR: "1" };
}

/** @param {import("node:child_process").ChildProcess} child */
function collect(child) {
  const output = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text) => {
    output.stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text) => {
    output.stderr += text;
  });
  return output;
}

/** @param {{ stdout: string, stderr: string }} output */
const tail = ({ stdout, stderr }) => `${stdout}${stderr}`.trim().split("\n").slice(-20).join("\n");

/**
 * @param {import("node:child_process").ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function kill({ pid }, signal) {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // It has ended by itself in the meantime.
  }
}

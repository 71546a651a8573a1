import { randomUUID } from "node:crypto";
import {
  closeSync,
  constants,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { UserError } from "../core/errors.ts";
import { writing } from "../core/private-files.ts";
import { endLeftBehind, MARK } from "./left-behind.ts";
import { describeHolder, type Holder, isOfThisMachine, parseHolder, thisProcess } from "./lock-holder.ts";
import { run } from "./run.ts";
import type { Report } from "./runner.ts";

/** Never removed, only emptied: anyone who removed it would let a second command lock another file of the same name. */
export const LOCK_FILE = "at-work.json";

const MAX_BYTES = 4096;

/**
 * Programs that lock a file which they are given as standard input. The lock belongs to the open file, which this process
 * shares with them, and stays when they have ended: until this process closes it or dies. Node cannot lock a file itself.
 */
const LOCKERS = [
  ["flock", "-xn", "0"],
  // macOS has no flock(1).
  ["perl", "-e", 'use Fcntl ":flock"; exit(flock(STDIN, LOCK_EX | LOCK_NB) ? 0 : $!{EWOULDBLOCK} ? 1 : 71)'],
] as const;

/**
 * Lets one command at a time change a deployment, or any other folder. The kernel holds the lock and drops it when its
 * holder dies, however it dies, so that no process number is ever taken for an identity. It holds across containers and
 * process namespaces of one machine, and across machines where the file system of the folder locks across machines.
 *
 * @param name of what is changed, for people
 * @param folder where the lock is; made if it is not there
 * @throws UserError that names the file and who holds it
 */
export async function alone<T>(
  name: string,
  folder: string,
  work: () => Promise<T>,
  report: Report = () => undefined,
): Promise<T> {
  const path = join(folder, LOCK_FILE);
  const file = open(path, folder);
  try {
    await claim(name, path, file, report);
    const result = await work();
    ftruncateSync(file);
    return result;
  } catch (error) {
    if (!(error instanceof Refused)) ftruncateSync(file);
    throw error;
  } finally {
    delete process.env[MARK];
    closeSync(file);
  }
}

/** Somebody else's lock: what stands in the file is theirs. */
class Refused extends UserError {}

function open(path: string, folder: string): number {
  let file = -1;
  writing(path, () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  });
  return file;
}

async function claim(name: string, path: string, file: number, report: Report): Promise<void> {
  if (!(await locked(path, file))) {
    throw new Refused(
      `another command is changing ${name} (${describeHolder(read(file))}; lock: ${path})`,
      "wait until it has ended, then run this again",
    );
  }
  // Locked by us now. An entry that still stands there was left by a run that was killed.
  const left = parseHolder(read(file));
  if (left !== undefined) {
    if (!isOfThisMachine(left)) throw unknowable(name, path, left);
    await endLeftBehind(left.mark, report);
  }
  const mark = randomUUID();
  process.env[MARK] = mark;
  write(file, thisProcess(mark));
}

/** Not every file system that machines share locks across them, so the kernel's yes is no proof there. */
const unknowable = (name: string, path: string, left: Holder) =>
  new Refused(
    `a command on another machine was changing ${name} and has not said that it ended (${describeHolder(left)}; lock: ${path})`,
    `look whether it still runs: on ${left.host}, ps -p ${left.pid}`,
    `if it does not: rm ${path}, then run this again`,
  );

async function locked(path: string, file: number): Promise<boolean> {
  const problems: string[] = [];
  for (const argv of LOCKERS) {
    try {
      const { code, stderr } = await run([...argv], { inputFile: file, expected: [0, 1] });
      if (stderr === "") return code === 0;
      problems.push(stderr.trim());
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(error.message);
    }
  }
  throw new Refused(
    `${path}: cannot be locked (${problems.join("; ")})`,
    "install flock (package util-linux) or perl, and keep the folder on a file system that can lock files",
  );
}

function read(file: number): string {
  const bytes = Buffer.alloc(MAX_BYTES);
  return bytes.toString("utf8", 0, readSync(file, bytes, 0, MAX_BYTES, 0));
}

/** In place: a rename would leave the lock on a file that no longer has the name. */
function write(file: number, holder: Holder): void {
  ftruncateSync(file);
  writeSync(file, `${JSON.stringify(holder)}\n`, 0);
  fsyncSync(file);
}

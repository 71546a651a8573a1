import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { bundled } from "./bundled.ts";

/** Takes the lock of a folder, says "in", and lets go when its input ends; `child` starts a process on the way. */
const PROGRAM = `
import { alone } from "./runners/deploy-lock.ts";
import { run } from "./runners/run.ts";
const [folder, child] = process.argv.slice(2);
process.stdin.resume();
const ended = new Promise((resolve) => process.stdin.once("end", resolve));
try {
  await alone("demo", folder, async () => {
    if (child)
      await new Promise((onLine) =>
        run(["sh", "-c", "echo started; exec sleep " + child], { ownGroup: true, onLine }));
    console.log("in");
    await ended;
  }, (line) => console.log(line));
} catch (error) {
  console.log(error.render());
  process.stdin.destroy();
}
`;

/** The program above. */
export const lockProgram = (): Promise<string> => bundled("lock", PROGRAM);

export const inNamespace = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"] as const;

/** A process that asks for the lock of a folder. */
export class LockProcess {
  readonly child: ChildProcess;
  #said = "";

  constructor(program: string, args: readonly string[], prefix: readonly string[] = []) {
    const [first, ...rest] = [...prefix, process.execPath, program, ...args] as [string, ...string[]];
    this.child = spawn(first, rest, { stdio: ["pipe", "pipe", "inherit"] });
    this.child.stdout?.on("data", (data) => {
      this.#said += String(data);
    });
  }

  /** Its output when it is in, or has ended. */
  async answer(): Promise<string> {
    while (!/^in$/m.test(this.#said) && this.child.exitCode === null && this.child.signalCode === null)
      await Promise.race([
        once(this.child.stdout as NodeJS.ReadableStream, "data"),
        once(this.child, "close"),
      ]);
    return this.#said.trimEnd();
  }

  async letGo(): Promise<void> {
    this.child.stdin?.end();
    if (this.child.exitCode === null) await once(this.child, "close");
  }

  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    if (this.child.signalCode === null) await once(this.child, "close");
  }
}

import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../config/errors.ts";

/**
 * Lets one command at a time change a deployment from this machine. Terraform's own lock covers its state only, and
 * the containers that one run is making are what another would clear away.
 *
 * @throws UserError that names the process at work
 */
export async function alone<T>(name: string, home: string, work: () => Promise<T>): Promise<T> {
  const path = join(home, "at-work.pid");
  mkdirSync(home, { recursive: true, mode: 0o700 });
  claim(name, path);
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function claim(name: string, path: string): void {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const file = openSync(path, "wx", 0o600);
      writeSync(file, String(process.pid));
      closeSync(file);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const pid = Number(readFileSync(path, "utf8") || Number.NaN);
    if (isAlive(pid)) {
      throw new UserError(
        `another command is changing ${name} (pid ${pid})`,
        "wait until it has ended, then run this again",
      );
    }
    // Left by a run that was killed.
    rmSync(path, { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

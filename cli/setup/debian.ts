import { readFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { UserError } from "../../core/errors.ts";
import type { Report } from "../../engines/engine.ts";
import { run } from "../../engines/run.ts";

/** Whether packages can be installed here with apt-get. */
export function isDebianRoot(): boolean {
  return process.getuid?.() === 0 && /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(osRelease());
}

function osRelease(): string {
  try {
    return readFileSync("/etc/os-release", "utf8");
  } catch {
    return "";
  }
}

/** Asks on a terminal; goes straight on without one. */
async function agreed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return true;
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question(`${question} [Y/n] `);
  prompt.close();
  return !/^n/i.test(answer.trim());
}

/** @throws UserError if the person says no */
export async function aptInstall(packages: readonly string[], why: string, report: Report): Promise<void> {
  const names = packages.join(" ");
  if (!(await agreed(`${why}. Install ${names} with apt-get?`))) {
    throw new UserError(`${why}, and nothing was installed`, `apt-get install ${names}`);
  }
  report(`apt-get install ${names}`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await run(["apt-get", "update", "-qq"], { env });
  await run(["apt-get", "install", "-qq", "-y", ...packages], { env });
}

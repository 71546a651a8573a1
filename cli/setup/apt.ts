import { UserError } from "../../core/errors.ts";
import { NotInstalledError, run } from "../../runners/run.ts";
import type { Report } from "../../runners/runner.ts";
import { ask } from "../ask.ts";

/** Asks on a terminal; goes straight on without one. */
async function agreed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return true;
  const answer = await ask(`${question} [Y/n] `);
  return answer !== undefined && !/^n/i.test(answer);
}

/** @throws UserError if the person says no */
export async function aptInstall(packages: readonly string[], why: string, report: Report): Promise<void> {
  const names = packages.join(" ");
  if (!(await agreed(`${why}. Install ${names} with apt-get?`))) {
    throw new UserError(`${why}, and nothing was installed`, `apt-get install ${names}`);
  }
  report(`apt-get install ${names}`);
  await aptUpdate();
  await run(["apt-get", "install", "-qq", "-y", ...packages], { env: QUIET });
}

export async function aptUpdate(): Promise<void> {
  await run(["apt-get", "update", "-qq"], { env: QUIET });
}

const QUIET = { DEBIAN_FRONTEND: "noninteractive" };

/** The version of a package that apt would install; undefined where its sources have none. */
export async function aptCandidate(name: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(["apt-cache", "policy", name], { env: { LC_ALL: "C" } });
    const version = /^\s*Candidate: (\S+)$/m.exec(stdout)?.[1];
    return version === "(none)" ? undefined : version;
  } catch (error) {
    if (error instanceof NotInstalledError) return undefined;
    throw error;
  }
}

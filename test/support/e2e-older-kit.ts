import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HOME_VARIABLE, projectRoot } from "../../core/home.ts";
import { type RunResult, run } from "../../runners/run.ts";

/** The last commit whose images were made from Debian 12: PostgreSQL 15, Redis 7.0, Mosquitto 2.0.11. */
export const ON_BOOKWORM = "6e5ff6c774132cb7a57137e52643f51d3ce991b5";

/** Why the kit of a commit cannot be had here; undefined where it can. */
export async function commitMissing(commit: string): Promise<string | undefined> {
  const { code } = await run(["git", "-C", projectRoot, "cat-file", "-e", `${commit}^{commit}`], {
    expected: [0, 1, 128],
  });
  return code === 0 ? undefined : `the history has no commit ${commit.slice(0, 7)}`;
}

/** The kit as it was at a commit, with its own code and images, and the same deployments. */
export class OlderKit {
  readonly root = mkdtempSync(join(tmpdir(), "exploreiot-older-"));

  async checkOut(commit: string): Promise<void> {
    const archive = join(this.root, "archive.tar");
    await run(["git", "-C", projectRoot, "archive", "--output", archive, commit]);
    await run(["tar", "-C", this.root, "-xf", archive]);
    rmSync(archive);
    symlinkSync(join(projectRoot, "node_modules"), join(this.root, "node_modules"));
  }

  /** Runs a verb there; any exit code is an answer. */
  kit(...args: readonly string[]): Promise<RunResult> {
    return this.kitAt({}, [], ...args);
  }

  /** Runs a verb with an engine elsewhere, through a program that starts others there. */
  kitAt(
    engine: NodeJS.ProcessEnv,
    through: readonly string[],
    ...args: readonly string[]
  ): Promise<RunResult> {
    const [program, ...rest] = [
      ...through,
      process.execPath,
      join(this.root, "bin", "exploreiot.js"),
      ...args,
    ];
    return run([program as string, ...rest], {
      cwd: this.root,
      env: { ...engine, [HOME_VARIABLE]: projectRoot },
      expected: [0, 1, 2, 70],
    });
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

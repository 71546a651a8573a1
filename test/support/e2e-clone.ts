import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../core/home.ts";
import { type RunResult, run } from "../../runners/run.ts";

/** Files that a checkout keeps for itself. */
const OWN = [".exploreiot", "cdktf.out", ".git"];

/** Files that say where a checkout is: the path of these decides, so a link to them would lead back. */
const COPIED = ["bin", "dist", "cdktf.json", "package.json"];

/** Another checkout of the kit, with nothing deployed from it yet. */
export class Clone {
  readonly root = mkdtempSync(join(tmpdir(), "exploreiot-clone-"));

  constructor() {
    for (const name of readdirSync(projectRoot)) {
      if (OWN.includes(name)) continue;
      const [from, to] = [join(projectRoot, name), join(this.root, name)];
      if (COPIED.includes(name)) cpSync(from, to, { recursive: true, preserveTimestamps: true });
      else symlinkSync(from, to);
    }
  }

  /** Runs a verb there; any exit code is an answer. */
  kit(...args: readonly string[]): Promise<RunResult> {
    return run([process.execPath, join(this.root, "bin", "exploreiot.js"), ...args], {
      cwd: this.root,
      expected: [0, 1, 2, 70],
    });
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

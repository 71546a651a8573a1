import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunResult, run } from "../../runners/run.ts";
import { kit, type TestDeployment } from "./e2e.ts";

/** All that the server has besides Docker: no Node, no Terraform. */
const TOOLS =
  "sh docker base64 cat chmod cmp cut dirname openssl paste grep head mkdir mv rm sha256sum sort tar tr printf sed env find".split(
    " ",
  );

/** A rendered folder, and a copy of it elsewhere, which knows no more programs than a server has. */
export class RenderedFolder {
  readonly folder = mkdtempSync(join(tmpdir(), "exploreiot-render-"));
  readonly rendered = join(this.folder, "rendered");
  readonly server = join(this.folder, "else where é $x", "srv");

  /** Of the server's programs. */
  readonly environment: Readonly<Record<string, string>>;

  /** @param env what the server's programs are told, such as the engine */
  constructor(env: Readonly<Record<string, string>> = {}) {
    this.environment = { PATH: join(this.folder, "bin"), ...env };
  }

  async render(deployment: Pick<TestDeployment, "site">, ...options: readonly string[]): Promise<void> {
    mkdirSync(join(this.folder, "bin"));
    for (const tool of TOOLS) {
      const { stdout } = await run(["sh", "-c", `command -v ${tool} || echo /usr/bin/${tool}`]);
      const path = stdout.trim().startsWith("/") ? stdout.trim() : `/usr/bin/${tool}`;
      symlinkSync(path, join(this.folder, "bin", tool));
    }
    const { code, stderr } = await kit(["render", "-c", deployment.site, "-o", this.rendered, ...options]);
    if (code !== 0) throw new Error(stderr);
    cpSync(this.rendered, this.server, { recursive: true, preserveTimestamps: true });
  }

  /** Runs a script in the server's folder, with the server's programs; any exit code is an answer. */
  shell(script: string): Promise<RunResult> {
    return run(["sh", "-euc", script], { cwd: this.server, env: this.environment, expected: [0, 1, 2, 127] });
  }

  runbook(): string {
    return readFileSync(join(this.server, "RUNBOOK.md"), "utf8");
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";

const STANDALONE = join(import.meta.dirname, "../../.next/standalone");

/** The built server as the image runs it, on a free port. `npm run build` comes first. */
export class Frontend {
  private child: ChildProcess | undefined;
  port = 0;
  output = "";

  async start(environment: Record<string, string>): Promise<void> {
    this.port = await freePort();
    const child = spawn(process.execPath, ["server.js"], {
      cwd: STANDALONE,
      env: {
        PATH: process.env.PATH,
        NODE_ENV: "production",
        NEXT_TELEMETRY_DISABLED: "1",
        HOSTNAME: "127.0.0.1",
        PORT: String(this.port),
        ...environment,
      },
    });
    child.stdout.on("data", (text) => (this.output += text));
    child.stderr.on("data", (text) => (this.output += text));
    this.child = child;
    await this.answers(Date.now() + 20_000);
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** MiB that the server has held so far. */
  get mostMemory(): number {
    const status = readFileSync(`/proc/${this.child?.pid}/status`, "utf8");
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill();
    await ended;
  }

  private async answers(deadline: number): Promise<void> {
    while (!(await fetch(`${this.address}/healthz`).catch(() => undefined))?.ok) {
      if (Date.now() > deadline) throw new Error(`the page's server did not start:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

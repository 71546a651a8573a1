import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Backend } from "./backend";
import { Frontend } from "./frontend";

export const KEY = "key-that-no-browser-may-see";

/** The built page before a backend with an hour of readings: one lively sensor, one that stopped two hours ago. */
export class Stage {
  readonly backend = new Backend();
  readonly frontend = new Frontend();
  backendPort = 0;
  private folder = "";

  async start(environment: Record<string, string> = {}): Promise<void> {
    this.fill(Date.now());
    this.backendPort = await this.backend.start();
    this.folder = await mkdtemp(join(tmpdir(), "stage-"));
    await writeFile(join(this.folder, "key"), KEY);
    await this.frontend.start({
      PUBLIC_BACKEND_URL: `http://{host}:${this.backendPort}`,
      BACKEND_INTERNAL_URL: `http://127.0.0.1:${this.backendPort}`,
      BACKEND_API_KEY_FILE: join(this.folder, "key"),
      SILENT_AFTER_SECONDS: "3",
      ...environment,
    });
  }

  async stop(): Promise<void> {
    await this.frontend.stop();
    await this.backend.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  private fill(now: number): void {
    for (let minute = 60; minute > 0; minute--) {
      this.backend.store("temp", 21 + 2 * Math.sin(minute / 9), now - minute * 60_000);
    }
    this.backend.store("porte", 1, now - 7_200_000);
  }
}

import { Backend } from "./backend";
import { Frontend } from "./frontend";

/** The built page before a backend with an hour of readings: one lively sensor, one that stopped two hours ago. */
export class Stage {
  readonly backend = new Backend();
  readonly frontend = new Frontend();
  backendPort = 0;

  async start(environment: Record<string, string> = {}): Promise<void> {
    this.fill(Date.now());
    this.backendPort = await this.backend.start();
    await this.frontend.start({
      PUBLIC_BACKEND_URL: `http://{host}:${this.backendPort}`,
      SILENT_AFTER_SECONDS: "3",
      ...environment,
    });
  }

  async stop(): Promise<void> {
    await this.frontend.stop();
    await this.backend.stop();
  }

  private fill(now: number): void {
    for (let minute = 60; minute > 0; minute--) {
      this.backend.store("temp", 21 + 2 * Math.sin(minute / 9), now - minute * 60_000);
    }
    this.backend.store("porte", 1, now - 7_200_000);
  }
}

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

/**
 * A week of a whole site: `count` sensors that send each 10 minutes, with units and limits. Of every ten one is above
 * its limit, one below, and one has been silent for a while.
 */
export function fillSite(backend: Backend, count: number, now = Date.now()): void {
  for (let index = 0; index < count; index++) {
    const name = `sensor-${index + 1}`;
    const kind = index % 10;
    backend.settings.capteurs[name] = {
      nom: `${["Boiler", "Cold store", "Hall", "Pump"][index % 4]} ${index + 1}`,
      unite: index % 4 === 3 ? "bar" : "°C",
      decimales: 1,
      intervalle_secondes: 600,
      bas: 5,
      haut: 40,
    };
    const last = kind === 3 ? 12 : 0;
    for (let step = 1_008; step >= last; step--) {
      const usual = 20 + 8 * Math.sin(step / 23 + index) + 3 * Math.sin(step * (index + 2));
      const value = step > 2 ? usual : kind === 1 ? 45 : kind === 2 ? 2 : usual;
      backend.store(name, Math.round(value * 100) / 100, now - step * 600_000 - index * 100);
    }
  }
}

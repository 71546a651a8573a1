export interface StoredReading {
  readonly capteur: string;
  readonly valeur: number;
  readonly horodatage: string;
}

interface Kept {
  readonly valeur: number;
  readonly at: number;
}

/** The readings of the stand-in backend, and the answers that sum them up as the contract says. */
export class Store {
  private readonly bySensor = new Map<string, Kept[]>();

  add(capteur: string, valeur: number, at: number): StoredReading {
    const kept = this.bySensor.get(capteur) ?? [];
    const index = kept.findLastIndex((other) => other.at <= at) + 1;
    kept.splice(index, 0, { valeur, at });
    this.bySensor.set(capteur, kept);
    return asReading(capteur, { valeur, at });
  }

  forget(capteur: string): void {
    this.bySensor.delete(capteur);
  }

  get names(): string[] {
    return [...this.bySensor.keys()];
  }

  newest(capteur: string): Kept | undefined {
    return this.bySensor.get(capteur)?.at(-1);
  }

  sensors(): unknown[] {
    return this.names.flatMap((capteur) => {
      const kept = this.newest(capteur);
      return kept === undefined
        ? []
        : [{ ...asReading(capteur, kept), age_secondes: (Date.now() - kept.at) / 1000 }];
    });
  }

  list(query: URLSearchParams): StoredReading[] {
    const [from, to] = bounds(query);
    const wanted = query.get("capteur");
    const names = wanted === null ? this.names : [wanted];
    return names
      .flatMap((capteur) => this.between(capteur, from, to).map((kept) => asReading(capteur, kept)))
      .sort((a, b) => b.horodatage.localeCompare(a.horodatage))
      .slice(0, Number(query.get("limite") ?? 100));
  }

  csv(query: URLSearchParams): string {
    const [from, to] = bounds(query);
    const capteur = query.get("capteur") ?? "";
    const rows = this.between(capteur, from, to).map(
      ({ valeur, at }) => `${capteur},${valeur},${new Date(at).toISOString()}`,
    );
    return ["capteur,valeur,horodatage", ...rows, ""].join("\n");
  }

  /** Seconds: as if nothing were left of the readings but such sums. */
  resolution: number | undefined;

  series(query: URLSearchParams): unknown {
    const [from, to] = bounds(query);
    const pas = Number(query.get("pas"));
    const tranches = (capteur: string) =>
      this.buckets(capteur, from, to, pas * 1000).map(([start, values]) => ({
        debut: new Date(start).toISOString(),
        min: Math.min(...values),
        moyenne: mean(values),
        max: Math.max(...values),
        nombre: values.length,
        ...(this.resolution === undefined ? {} : { resolution: this.resolution }),
      }));
    const series = query.getAll("capteur").map((capteur) => ({ capteur, tranches: tranches(capteur) }));
    return { pas, series };
  }

  overview(points: number): unknown[] {
    const [now, hour] = [Date.now(), 3_600_000];
    const step = hour / points;
    return this.sensors().map((sensor) => {
      const { capteur } = sensor as StoredReading;
      const means = new Array<number | null>(points).fill(null);
      const kept = this.between(capteur, now - hour, now);
      for (let index = 0; index < points; index++) {
        const from = now - hour + index * step;
        const inside = kept.filter(({ at }) => at >= from && at < from + step);
        if (inside.length > 0) means[index] = mean(inside.map(({ valeur }) => valeur));
      }
      return { ...(sensor as object), etat: "ok", points: means };
    });
  }

  private buckets(capteur: string, from: number, to: number, stepMs: number): [number, number[]][] {
    const buckets = new Map<number, number[]>();
    for (const { valeur, at } of this.between(capteur, from, to)) {
      const start = Math.floor(at / stepMs) * stepMs;
      const values = buckets.get(start);
      if (values === undefined) buckets.set(start, [valeur]);
      else values.push(valeur);
    }
    return [...buckets].sort(([a], [b]) => a - b);
  }

  private between(capteur: string, from: number, to: number): Kept[] {
    return (this.bySensor.get(capteur) ?? []).filter(({ at }) => at >= from && at <= to);
  }
}

function bounds(query: URLSearchParams): [number, number] {
  const at = (name: string, otherwise: number) => Date.parse(query.get(name) ?? "") || otherwise;
  return [at("depuis", -Infinity), at("jusque", Infinity)];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function asReading(capteur: string, { valeur, at }: Kept): StoredReading {
  return { capteur, valeur, horodatage: new Date(at).toISOString() };
}

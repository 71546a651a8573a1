import { type KnownSensor, parseKnownSensor, parseList, parseReading, type Reading } from "./readings";

export interface ReadingQuery {
  readonly sensor: string;
  readonly limit: number;
  readonly from?: number;
  readonly to?: number;
}

/** The most the backend gives in one answer. */
export const LARGEST_ANSWER = 1000;

/** `status` is missing when there was no answer at all. */
export class ApiError extends Error {
  constructor(readonly status: number | undefined) {
    super(status === undefined ? "no answer from the backend" : `the backend answered ${status}`);
  }
}

export class Api {
  constructor(
    private readonly base: string,
    private readonly timeoutMs = 8_000,
  ) {}

  async sensors(): Promise<KnownSensor[]> {
    return parseList(await this.get("/capteurs"), parseKnownSensor);
  }

  /** Newest first. */
  async readings(query: ReadingQuery): Promise<Reading[]> {
    const search = new URLSearchParams({ capteur: query.sensor, limite: String(query.limit) });
    if (query.from !== undefined) search.set("depuis", new Date(query.from).toISOString());
    if (query.to !== undefined) search.set("jusque", new Date(query.to).toISOString());
    return parseList(await this.get(`/mesures?${search}`), parseReading);
  }

  private async get(path: string): Promise<unknown> {
    const response = await fetch(`${this.base}${path}`, {
      headers: { Accept: "application/json" },
      cache: "no-store",
      credentials: "omit",
      signal: AbortSignal.timeout(this.timeoutMs),
    }).catch(() => undefined);
    if (response?.ok !== true) throw new ApiError(response?.status);
    return response.json();
  }
}

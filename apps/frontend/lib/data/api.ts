import {
  type KnownSensor,
  parseKnownSensor,
  parseList,
  parseReading,
  parseRejects,
  type Reading,
  type Rejects,
} from "./readings";

export interface NewReading {
  readonly capteur: string;
  readonly valeur: number;
}

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

  async rejects(): Promise<Rejects | undefined> {
    return parseRejects(await this.get("/rejets/etat"));
  }

  /** Answers the status, which is missing where nothing came back. @param key of the API, if somebody gave one */
  async send(reading: NewReading, key: string): Promise<number | undefined> {
    const response = await fetch(`${this.base}/mesures`, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...(key === "" ? {} : { "X-API-Key": key }) },
      body: JSON.stringify(reading),
      credentials: "omit",
      signal: AbortSignal.timeout(this.timeoutMs),
    }).catch(() => undefined);
    return response?.status;
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

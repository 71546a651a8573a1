import { type Alarm, parseAlarm } from "./alarms";
import { parseSeries, type Series } from "./buckets";
import { type Chain, parseChain } from "./chain";
import { type Device, parseDevice } from "./devices";
import { parseOverview, type Sparkline } from "./overview";
import type { Span } from "./periods";
import { type KnownSensor, parseKnownSensor, parseReading, type Reading } from "./readings";
import { parseReject, parseRejects, type Reject, type Rejects } from "./rejects";
import { type AllSettings, parseSettings } from "./sensor-settings";
import { parseList } from "./values";

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
  /** @param timeoutMs of what is answered at once; what may take the database a while has four times as long */
  constructor(
    private readonly base: string,
    private readonly timeoutMs = 8_000,
    private readonly signal?: AbortSignal,
  ) {}

  /** The same, whose calls end with the signal: a browser has few connections, and a call that nobody waits for holds one. */
  until(signal: AbortSignal): Api {
    return new Api(this.base, this.timeoutMs, signal);
  }

  async sensors(): Promise<KnownSensor[]> {
    return parseList(await this.get("/capteurs"), parseKnownSensor);
  }

  /** Newest first. */
  async readings(query: ReadingQuery): Promise<Reading[]> {
    const search = new URLSearchParams({ capteur: query.sensor, limite: String(query.limit) });
    if (query.from !== undefined) search.set("depuis", new Date(query.from).toISOString());
    if (query.to !== undefined) search.set("jusque", new Date(query.to).toISOString());
    return parseList(await this.getSlowly(`/mesures?${search}`), parseReading);
  }

  /** An answer that is no state of the chain is as good as none. */
  async chain(): Promise<Chain> {
    const chain = parseChain(await this.get("/chaine"));
    if (chain === undefined) throw new ApiError(undefined);
    return chain;
  }

  async sensorSettings(): Promise<AllSettings> {
    return parseSettings(await this.get("/reglages"));
  }

  async overview(): Promise<ReadonlyMap<string, Sparkline>> {
    return parseOverview(await this.getSlowly("/apercu"));
  }

  /** @param stepSeconds length of a bucket, whole seconds from 1 to 86400 */
  async series(sensors: readonly string[], span: Span, stepSeconds: number): Promise<Series> {
    const search = new URLSearchParams(sensors.map((sensor) => ["capteur", sensor]));
    search.set("depuis", new Date(span.from).toISOString());
    search.set("jusque", new Date(span.to).toISOString());
    search.set("pas", String(stepSeconds));
    const series = parseSeries(await this.getSlowly(`/series?${search}`));
    if (series === undefined) throw new ApiError(undefined);
    return series;
  }

  /** Where a browser gets the single readings of a span as a file. @param span without an end: up to now */
  csvAddress(sensor: string, span: { readonly from: number; readonly to?: number }): string {
    const search = new URLSearchParams({ capteur: sensor, depuis: new Date(span.from).toISOString() });
    if (span.to !== undefined) search.set("jusque", new Date(span.to).toISOString());
    return `${this.base}/mesures.csv?${search}`;
  }

  /** Newest first. */
  async alarms(limit: number, query: "all" | "active"): Promise<Alarm[]> {
    const active = query === "active" ? "&actives=true" : "";
    return parseList(await this.getSlowly(`/alarmes?limite=${limit}${active}`), parseAlarm);
  }

  async devices(): Promise<Device[]> {
    return parseList(await this.getSlowly("/appareils"), parseDevice);
  }

  async rejects(): Promise<Rejects | undefined> {
    return parseRejects(await this.get("/rejets/etat"));
  }

  /** Newest first. @param key of the API, without which a protected backend does not show what devices sent */
  async listRejects(limit: number, key: string): Promise<Reject[]> {
    return parseList(await this.get(`/rejets?limite=${limit}`, this.timeoutMs, key), parseReject);
  }

  /** Answers the status, which is missing where nothing came back. @param key of the API, if somebody gave one */
  async send(reading: NewReading, key: string): Promise<number | undefined> {
    const response = await fetch(`${this.base}/mesures`, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...keyHeader(key) },
      body: JSON.stringify(reading),
      credentials: "omit",
      signal: AbortSignal.timeout(this.timeoutMs),
    }).catch(() => undefined);
    return response?.status;
  }

  private getSlowly(path: string): Promise<unknown> {
    return this.get(path, 4 * this.timeoutMs);
  }

  private async get(path: string, timeoutMs = this.timeoutMs, key = ""): Promise<unknown> {
    const timeout = AbortSignal.timeout(timeoutMs);
    const response = await fetch(`${this.base}${path}`, {
      headers: { Accept: "application/json", ...keyHeader(key) },
      cache: "no-store",
      credentials: "omit",
      signal: this.signal === undefined ? timeout : AbortSignal.any([timeout, this.signal]),
    }).catch(() => undefined);
    if (response?.ok !== true) throw new ApiError(response?.status);
    // A body that stops half-way is no answer either.
    return response.json().catch(() => Promise.reject(new ApiError(undefined)));
  }
}

function keyHeader(key: string): Record<string, string> {
  return key === "" ? {} : { "X-API-Key": key };
}

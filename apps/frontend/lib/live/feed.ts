import { type Api, ApiError } from "@/lib/data/api";
import { parseFrame, type Reading } from "@/lib/data/readings";
import { clockOffsetMs, type Sensors, withReadings } from "@/lib/data/sensors";
import { type Connection, LiveSocket } from "./live-socket";

export interface FeedState {
  readonly connection: Connection;
  /** Counts openings: those who show stored readings load again, for what was missed in between. */
  readonly openings: number;
  readonly sensors: Sensors;
  readonly clockOffsetMs: number;
  readonly listing: "loading" | "loaded" | "refused" | "failed";
}

export const INITIAL_STATE: FeedState = {
  connection: { state: "connecting" },
  openings: 0,
  sensors: new Map(),
  clockOffsetMs: 0,
  listing: "loading",
};

export interface FeedOptions {
  readonly api: Api;
  readonly socketUrl: string;
  /** @default - the platform's WebSocket */
  readonly connect?: (url: string) => WebSocket;
  /** @default 15000 */
  readonly quietMs?: number;
}

// Readings are handed on in batches: at a thousand a second the page must not draw a thousand times.
const BATCH_MS = 200;

/** Everything live on the page: the socket, the newest value of each sensor, and the batches of new readings. */
export class Feed {
  private state = INITIAL_STATE;
  private batch: Reading[] = [];
  private batchTimer: ReturnType<typeof setTimeout> | undefined;
  private watch: ReturnType<typeof setInterval> | undefined;
  private heardAt = 0;
  private readonly socket: LiveSocket;
  private readonly stateListeners = new Set<() => void>();
  private readonly batchListeners = new Set<(batch: readonly Reading[]) => void>();

  constructor(private readonly options: FeedOptions) {
    this.socket = new LiveSocket({
      url: options.socketUrl,
      onData: (data) => this.received(data),
      onConnection: (connection) => this.connectionChanged(connection),
      ...(options.connect && { connect: options.connect }),
    });
  }

  readonly getState = (): FeedState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.stateListeners.add(listener);
    return () => this.stateListeners.delete(listener);
  };

  onBatch(listener: (batch: readonly Reading[]) => void): () => void {
    this.batchListeners.add(listener);
    return () => this.batchListeners.delete(listener);
  }

  start(): void {
    this.socket.start();
    void this.listSensors();
    const quietMs = this.options.quietMs ?? 15_000;
    this.watch = setInterval(() => void this.checkQuietSocket(quietMs), quietMs);
  }

  stop(): void {
    clearInterval(this.watch);
    clearTimeout(this.batchTimer);
    this.batchTimer = undefined;
    this.socket.stop();
  }

  readonly retryNow = (): void => this.socket.retryNow();

  /** A network that vanished leaves the socket looking open, so long quiet is checked by a call. */
  private async checkQuietSocket(quietMs: number): Promise<void> {
    if (this.state.connection.state !== "open" || Date.now() - this.heardAt < quietMs) return;
    const askedAt = Date.now();
    const isThere = await this.listSensors();
    if (!isThere && this.heardAt < askedAt) this.socket.abandon();
  }

  /** Whether the backend answered at all; a refusal is an answer. */
  private async listSensors(): Promise<boolean> {
    try {
      const sensors = await this.options.api.sensors();
      const offset = clockOffsetMs(sensors, Date.now()) ?? this.state.clockOffsetMs;
      this.update({
        sensors: withReadings(this.state.sensors, sensors),
        clockOffsetMs: offset,
        listing: "loaded",
      });
      return true;
    } catch (error) {
      const status = error instanceof ApiError ? error.status : undefined;
      this.update({ listing: status === 401 || status === 403 ? "refused" : "failed" });
      return status !== undefined;
    }
  }

  private connectionChanged(connection: Connection): void {
    const isOpen = connection.state === "open";
    if (isOpen) this.heardAt = Date.now();
    this.update({ connection, openings: this.state.openings + (isOpen ? 1 : 0) });
    if (isOpen && this.state.openings > 1) void this.listSensors();
  }

  private received(data: unknown): void {
    this.heardAt = Date.now();
    const reading = parseFrame(data);
    if (reading === undefined) return;
    this.batch.push(reading);
    this.batchTimer ??= setTimeout(() => this.flush(), BATCH_MS);
  }

  private flush(): void {
    this.batchTimer = undefined;
    const batch = this.batch;
    this.batch = [];
    this.update({ sensors: withReadings(this.state.sensors, batch) });
    for (const listener of this.batchListeners) listener(batch);
  }

  private update(change: Partial<FeedState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.stateListeners) listener();
  }
}

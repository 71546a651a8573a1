import type { Alarm } from "@/lib/data/alarms";
import { type Api, ApiError } from "@/lib/data/api";
import type { Reading } from "@/lib/data/readings";
import { clockOffsetMs, type Sensors, withReadings } from "@/lib/data/sensors";
import { backOffMs } from "./back-off";
import { type ChainState, ChainWatch } from "./chain-watch";
import { type Connection, LiveSocket } from "./live-socket";
import { parsePush } from "./pushes";

export interface FeedState {
  readonly connection: Connection;
  readonly chain: ChainState;
  /** Counts openings: those who show stored readings load again, for what was missed in between. */
  readonly openings: number;
  readonly sensors: Sensors;
  readonly clockOffsetMs: number;
  readonly listing: "loading" | "loaded" | "refused" | "failed";
  /** When a value last arrived here, by this device's clock. Missing while none ever did. */
  readonly receivedAt: number | undefined;
}

export const INITIAL_STATE: FeedState = {
  connection: { state: "connecting" },
  chain: { status: "loading" },
  openings: 0,
  sensors: new Map(),
  clockOffsetMs: 0,
  listing: "loading",
  receivedAt: undefined,
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

/** Everything live on the page: the socket, the chain, the newest value of each sensor, and what is pushed. */
export class Feed {
  private state = INITIAL_STATE;
  private batch: Reading[] = [];
  private batchTimer: ReturnType<typeof setTimeout> | undefined;
  private listFailures = 0;
  private listTimer: ReturnType<typeof setTimeout> | undefined;
  private watch: ReturnType<typeof setInterval> | undefined;
  private heardAt = 0;
  private readonly socket: LiveSocket;
  private readonly chain: ChainWatch;
  private readonly stateListeners = new Set<() => void>();
  private readonly batchListeners = new Set<(batch: readonly Reading[]) => void>();
  private readonly alarmListeners = new Set<(alarm: Alarm) => void>();

  constructor(private readonly options: FeedOptions) {
    this.chain = new ChainWatch(options.api, (chain) => this.update({ chain }));
    this.socket = new LiveSocket({
      url: options.socketUrl,
      onData: (data) => this.received(data),
      onConnection: (connection) => this.connectionChanged(connection),
      ...(options.connect && { connect: options.connect }),
    });
  }

  readonly getState = (): FeedState => this.state;

  readonly subscribe = (listener: () => void) => listen(this.stateListeners, listener);
  readonly onBatch = (listener: (batch: readonly Reading[]) => void) => listen(this.batchListeners, listener);
  readonly onAlarm = (listener: (alarm: Alarm) => void) => listen(this.alarmListeners, listener);

  start(): void {
    this.socket.start();
    void this.listSensors();
    const quietMs = this.options.quietMs ?? 15_000;
    this.watch = setInterval(() => void this.checkQuietSocket(quietMs), quietMs);
  }

  stop(): void {
    clearInterval(this.watch);
    clearTimeout(this.batchTimer);
    clearTimeout(this.listTimer);
    this.batchTimer = undefined;
    this.chain.stop();
    this.socket.stop();
  }

  readonly retryNow = (): void => this.socket.retryNow();
  readonly askChain = (): void => this.chain.restart();

  readonly listAgain = (): void => {
    this.update({ listing: "loading" });
    void this.listSensors();
  };

  /** A network that vanished leaves the socket looking open, so long quiet is checked by a call. */
  private async checkQuietSocket(quietMs: number): Promise<void> {
    if (this.state.connection.state !== "open" || Date.now() - this.heardAt < quietMs) return;
    const askedAt = Date.now();
    const isThere = await this.listSensors();
    if (!isThere && this.heardAt < askedAt) this.socket.abandon();
  }

  /** Whether the backend answered at all; a refusal is an answer. */
  private async listSensors(): Promise<boolean> {
    clearTimeout(this.listTimer);
    try {
      const sensors = await this.options.api.sensors();
      const now = Date.now();
      this.listFailures = 0;
      this.update({
        sensors: withReadings(this.state.sensors, sensors),
        clockOffsetMs: clockOffsetMs(sensors, now) ?? this.state.clockOffsetMs,
        listing: "loaded",
        ...(sensors.length > 0 && { receivedAt: now }),
      });
      return true;
    } catch (error) {
      const status = error instanceof ApiError ? error.status : undefined;
      const isRefused = status === 401 || status === 403;
      this.update({ listing: isRefused ? "refused" : "failed" });
      this.listFailures += 1;
      const again = backOffMs(this.listFailures, Math.random);
      if (!isRefused) this.listTimer = setTimeout(() => void this.listSensors(), again);
      return status !== undefined;
    }
  }

  private connectionChanged(connection: Connection): void {
    const isOpen = connection.state === "open";
    if (isOpen) this.heardAt = Date.now();
    this.update({ connection, openings: this.state.openings + (isOpen ? 1 : 0) });
    if (isOpen) this.chain.restart();
    else this.chain.stop();
    if (isOpen && (this.state.openings > 1 || this.state.listing === "failed")) void this.listSensors();
  }

  private received(data: unknown): void {
    this.heardAt = Date.now();
    const { reading, chain, alarm } = parsePush(data);
    if (chain !== undefined) this.chain.heard(chain);
    if (alarm !== undefined) for (const listener of this.alarmListeners) listener(alarm);
    if (reading === undefined) return;
    this.batch.push(reading);
    this.batchTimer ??= setTimeout(() => this.flush(), BATCH_MS);
  }

  private flush(): void {
    this.batchTimer = undefined;
    const batch = this.batch;
    this.batch = [];
    this.update({ sensors: withReadings(this.state.sensors, batch), receivedAt: this.heardAt });
    for (const listener of this.batchListeners) listener(batch);
  }

  private update(change: Partial<FeedState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.stateListeners) listener();
  }
}

function listen<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

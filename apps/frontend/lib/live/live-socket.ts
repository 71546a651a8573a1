import { backOffMs } from "./back-off";

/** `lost` lasts until a socket is open again; `retryAt` is missing while an attempt is under way. */
export type Connection =
  | { readonly state: "connecting" }
  | { readonly state: "open" }
  | { readonly state: "lost"; readonly since: number; readonly retryAt?: number };

export interface LiveSocketOptions {
  readonly url: string;
  readonly onData: (data: unknown) => void;
  readonly onConnection: (connection: Connection) => void;
  /** @default - the platform's WebSocket */
  readonly connect?: (url: string) => WebSocket;
  /** @default - Math.random */
  readonly random?: () => number;
  /** @default 10000 */
  readonly openTimeoutMs?: number;
}

/** One WebSocket kept open: it reconnects with back-off for as long as it is started. */
export class LiveSocket {
  private socket: WebSocket | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private lostSince: number | undefined;

  constructor(private readonly options: LiveSocketOptions) {}

  start(): void {
    this.options.onConnection({ state: "connecting" });
    this.attempt();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.discard();
  }

  /** Skips the rest of the wait, for a person who asks or a network that came back. */
  retryNow(): void {
    if (this.lostSince === undefined || this.socket !== undefined) return;
    clearTimeout(this.timer);
    this.attempt();
  }

  /** Gives up a socket that looks open but no longer carries anything. */
  abandon(): void {
    if (this.socket !== undefined) this.lose();
  }

  private attempt(): void {
    if (this.lostSince !== undefined) this.options.onConnection({ state: "lost", since: this.lostSince });
    const socket = this.create();
    if (socket === undefined) {
      this.lose();
      return;
    }
    this.socket = socket;
    socket.onopen = () => this.opened();
    socket.onmessage = (event) => this.options.onData(event.data);
    // An error is always followed by a close.
    socket.onerror = () => {};
    socket.onclose = () => this.lose();
    this.timer = setTimeout(() => this.lose(), this.options.openTimeoutMs ?? 10_000);
  }

  private create(): WebSocket | undefined {
    try {
      return this.options.connect?.(this.options.url) ?? new WebSocket(this.options.url);
    } catch {
      return undefined;
    }
  }

  private opened(): void {
    clearTimeout(this.timer);
    this.failures = 0;
    this.lostSince = undefined;
    this.options.onConnection({ state: "open" });
  }

  private lose(): void {
    clearTimeout(this.timer);
    this.discard();
    this.failures += 1;
    const now = Date.now();
    this.lostSince ??= now;
    const wait = backOffMs(this.failures, this.options.random ?? Math.random);
    this.options.onConnection({ state: "lost", since: this.lostSince, retryAt: now + wait });
    this.timer = setTimeout(() => this.attempt(), wait);
  }

  /** Handlers go first: a socket that closes late must not end its successor. */
  private discard(): void {
    const socket = this.socket;
    this.socket = undefined;
    if (socket === undefined) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}

import { type Api, ApiError } from "@/lib/data/api";
import type { Chain } from "@/lib/data/chain";

/** `absent`: this backend does not tell; `failed`: it did not answer in time, or not with a state. */
export type ChainState =
  | { readonly status: "loading" }
  | { readonly status: "known"; readonly chain: Chain }
  | { readonly status: "absent" }
  | { readonly status: "failed" };

/** The backend pushes the state every 2 s; one that is older is asked for. */
const FRESH_MS = 3_000;

/** Without an answer within this time the state is no longer known: so the page says "Live" for at most 5 s too long. */
const ANSWER_MS = 2_000;

/** Follows the state of the chain: asked for at each opening of the socket, then pushed, and asked for where no push comes. */
export class ChainWatch {
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts questions and pushes: the answer to a question that something newer has overtaken is dropped. */
  private turn = 0;

  constructor(
    private readonly api: Api,
    private readonly onState: (state: ChainState) => void,
    private readonly freshMs = FRESH_MS,
  ) {}

  /** Asks at once; what was known before counts no longer. */
  readonly restart = (): void => {
    this.onState({ status: "loading" });
    void this.ask();
  };

  stop(): void {
    clearTimeout(this.timer);
    this.turn += 1;
  }

  heard(chain: Chain): void {
    this.turn += 1;
    this.onState({ status: "known", chain });
    this.askLater();
  }

  private askLater(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), this.freshMs);
  }

  private async ask(): Promise<void> {
    clearTimeout(this.timer);
    this.turn += 1;
    const turn = this.turn;
    try {
      const chain = await this.api.until(AbortSignal.timeout(ANSWER_MS)).chain();
      if (turn === this.turn) this.heard(chain);
    } catch (error) {
      if (turn !== this.turn) return;
      const isAbsent = error instanceof ApiError && error.status === 404;
      this.onState({ status: isAbsent ? "absent" : "failed" });
      // A backend without this answer gets it with another version, and then the socket opens again.
      if (!isAbsent) this.askLater();
    }
  }
}

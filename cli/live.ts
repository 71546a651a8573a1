import type { Ora } from "ora";

/** A step that takes less is not worth a figure. */
const SHORT_MS = 1000;

/**
 * Steps on a terminal: the one that is under way turns and counts its seconds, those that are done stand above it with
 * what they took.
 */
export class LiveSteps {
  readonly #spinner: Ora;
  #since = 0;

  /** Loads what draws only where there is a terminal. */
  static async on(stream: NodeJS.WriteStream): Promise<LiveSteps> {
    const { default: ora } = await import("ora");
    return new LiveSteps((suffixText) => ora({ stream, discardStdin: false, suffixText }));
  }

  private constructor(spinner: (suffix: () => string) => Ora) {
    this.#spinner = spinner(() => this.#taken());
  }

  /** The next step; with it the one before is done. */
  next(step: string): void {
    this.end();
    this.#since = Date.now();
    this.#spinner.start(step);
  }

  end(): void {
    if (this.#spinner.isSpinning) this.#spinner.stopAndPersist({ symbol: "·", suffixText: this.#taken() });
  }

  #taken(): string {
    const ms = Date.now() - this.#since;
    return ms < SHORT_MS ? "" : `(${Math.floor(ms / 1000)} s)`;
  }
}

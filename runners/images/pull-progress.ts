import { z } from "zod";

/** One line of what the engine says while it pulls. */
const message = z.object({
  id: z.string().optional(),
  status: z.string().default(""),
  progressDetail: z.object({ current: z.number().optional(), total: z.number().optional() }).optional(),
  error: z.string().optional(),
});

/** Of the layers whose size is known by now. */
export interface PulledBytes {
  readonly current: number;
  readonly total: number;
}

/** How much of an image has arrived, from the engine's own messages. */
export class PullProgress {
  readonly #layers = new Map<string, { current: number; total: number }>();

  /** The engine's error. @default - nothing went wrong so far */
  error: string | undefined;

  take(line: string): void {
    const { id, status, progressDetail, error } = message.parse(JSON.parse(line));
    this.error ??= error;
    if (id === undefined) return;
    const { current, total } = progressDetail ?? {};
    const layer = this.#layers.get(id);
    // Extracting counts its own bytes.
    if (status === "Downloading" && current !== undefined && total !== undefined && total > 0)
      this.#layers.set(id, { current, total });
    else if (layer !== undefined && status === "Download complete") layer.current = layer.total;
  }

  /** Undefined as long as no size is known. */
  get bytes(): PulledBytes | undefined {
    if (this.#layers.size === 0) return undefined;
    const layers = [...this.#layers.values()];
    const sum = (key: "current" | "total") => layers.reduce((bytes, layer) => bytes + layer[key], 0);
    return { current: sum("current"), total: sum("total") };
  }
}

import pc from "picocolors";
import { takeSignals } from "../core/signals.ts";
import { LiveSteps } from "./live.ts";

const colors = pc.createColors(process.stderr.isTTY === true && process.env.NO_COLOR === undefined);

/** There while `during` works, on a terminal. */
let live: LiveSteps | undefined;

/** Says what is being done, on standard error: standard output is for the answer. */
export function progress(line: string): void {
  if (live === undefined) process.stderr.write(`${colors.dim("·")} ${line}\n`);
  else live.next(line);
}

/**
 * Shows on a terminal which step is under way and for how long, while this works. Elsewhere, such as in CI, each step is a
 * line. Nothing may be asked of the person meanwhile.
 */
export async function during<T>(work: () => Promise<T>): Promise<T> {
  live = isWatched() ? await LiveSteps.on(process.stderr) : undefined;
  try {
    return await work();
  } finally {
    live?.end();
    live = undefined;
  }
}

/** A terminal that says no width, as some that programs make, has no place for a line that changes. */
const isWatched = (): boolean =>
  process.stderr.isTTY === true &&
  process.stderr.columns > 0 &&
  process.env.CI === undefined &&
  process.env.TERM !== "dumb";

/** Aborted by Ctrl-C or SIGTERM; a second one ends the process at once. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    progress("stopping in order; press Ctrl-C again to leave at once");
    controller.abort();
  };
  takeSignals(["SIGINT", "SIGTERM"], stop);
  return controller.signal;
}

/**
 * The exit codes by which a shell tells that a signal ended a process. SIGHUP is left to the system: a listener for it would undo
 * what nohup does.
 */
const EXIT_CODE = { SIGINT: 130, SIGTERM: 143 } as const;

export type EndingSignal = keyof typeof EXIT_CODE;

/** Ends this process as if the signal had. */
export const endBy = (signal: EndingSignal): void => process.exit(EXIT_CODE[signal]);

/**
 * From now on a signal ends this process between two steps of its work: what is written in one step is written whole, drafts
 * are gone, and handlers of `exit` run. By itself Node would end in the middle of a file, and run none of them.
 */
export function endBetweenSteps(): void {
  for (const signal of Object.keys(EXIT_CODE) as EndingSignal[]) process.on(signal, endBy);
}

/** From now on these signals no longer end the process by themselves: that is left to `listener`. */
export function takeSignals(signals: readonly EndingSignal[], listener: () => void): void {
  // In this order: without any listener for a moment, Node forgets a signal that has come and was not heard yet.
  for (const signal of signals) process.on(signal, listener).off(signal, endBy);
}

/**
 * Holds signals back while threads write, which an end of the process would cut off in the middle of a file: none of their drafts
 * would go. A signal takes effect once the work has ended, and a second one at once.
 *
 * @param work is given memory that threads can share: not 0 from the signal on, so that they end behind the step they are at
 */
export async function holdingSignals<T>(work: (isEnding: Int32Array) => Promise<T>): Promise<T> {
  const isEnding = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  let held: (() => void) | undefined;
  const before = (Object.keys(EXIT_CODE) as EndingSignal[]).map((signal) => {
    const listeners = process.listeners(signal) as ((signal: EndingSignal) => void)[];
    const note = () => {
      if (held !== undefined) return act();
      held = act;
      Atomics.store(isEnding, 0, 1);
    };
    const giveBack = () => {
      for (const listener of listeners) process.off(signal, listener).on(signal, listener);
      process.off(signal, note);
    };
    const act = () => {
      giveBack();
      if (listeners.length === 0) process.kill(process.pid, signal);
      for (const listener of listeners) listener(signal);
    };
    process.on(signal, note);
    for (const listener of listeners) process.off(signal, listener);
    return giveBack;
  });
  try {
    return await work(isEnding);
  } finally {
    for (const giveBack of before) giveBack();
    held?.();
  }
}

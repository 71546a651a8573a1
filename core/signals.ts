/** The exit codes by which a shell tells that a signal ended a process. */
const EXIT_CODE = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

export type EndingSignal = keyof typeof EXIT_CODE;

const end = (signal: EndingSignal): void => process.exit(EXIT_CODE[signal]);

/**
 * From now on a signal ends this process between two steps of its work: what is written in one step is written whole, drafts
 * are gone, and handlers of `exit` run. By itself Node would end in the middle of a file, and run none of them.
 */
export function endBetweenSteps(): void {
  for (const signal of Object.keys(EXIT_CODE) as EndingSignal[]) process.on(signal, end);
}

/** From now on these signals no longer end the process by themselves: that is left to `listener`. */
export function takeSignals(signals: readonly EndingSignal[], listener: () => void): void {
  for (const signal of signals) process.off(signal, end).on(signal, listener);
}

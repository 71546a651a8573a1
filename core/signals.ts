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
  for (const signal of signals) process.off(signal, endBy).on(signal, listener);
}

import pc from "picocolors";

const colors = pc.createColors(process.stderr.isTTY === true && process.env.NO_COLOR === undefined);

/** Says what is being done, on standard error: standard output is for the answer. */
export function progress(line: string): void {
  process.stderr.write(`${colors.dim("·")} ${line}\n`);
}

/** Aborted by Ctrl-C or SIGTERM; a second one ends the process at once. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    progress("stopping in order; press Ctrl-C again to leave at once");
    controller.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return controller.signal;
}

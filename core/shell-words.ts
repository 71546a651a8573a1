/** One word of a POSIX shell, no matter which characters it has: for commands that people paste, and for those that scripts run. */
export const shellWord = (text: string): string =>
  /^[A-Za-z0-9_./:@=,+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** A command line of these words. */
export const shellCommand = (...words: readonly string[]): string => words.map(shellWord).join(" ");

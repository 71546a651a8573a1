/**
 * An error that the person at the keyboard can fix: shown without a stack trace, exit code 1.
 * Everything else that is thrown is a bug: shown with its stack trace, exit code 70.
 */
export class UserError extends Error {
  override readonly name = "UserError";

  /** The remedy, one step a line; empty where the message says it all. */
  readonly remedy: readonly string[];

  constructor(message: string, ...remedy: readonly string[]) {
    super(message);
    this.remedy = remedy;
  }

  /** Message and remedy as they are printed. The words of a file are quoted there: they move no cursor and change no colour. */
  render(): string {
    const lines = [this.message, ...this.remedy.map((step) => `  → ${step}`)];
    return lines.join("\n").replaceAll(COMMANDS, "\u{fffd}");
  }
}

/** Characters that a terminal takes for a command; ends of lines and tabs aside. */
const COMMANDS = /(?![\n\t])\p{Cc}/gu;

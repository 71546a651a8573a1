/** Where the value of a secret stands that the kit does not make. Paths are relative to the project's root. */
export type SecretSource =
  | {
      /** A program and its arguments; what it prints is the value. */
      readonly command: readonly string[];

      /** The folder that it runs in. @default - the project's root */
      readonly folder?: string;
    }
  | { readonly file: string }
  | { readonly environment: string };

/** The same for people, without anything that could be a secret itself: of a command its program alone. */
export function describeSource(source: SecretSource): string {
  if ("command" in source) return `command ${source.command[0]}`;
  return "file" in source ? `file ${source.file}` : `environment ${source.environment}`;
}

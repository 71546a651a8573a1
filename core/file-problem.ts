/** The code of an error about what is neither a file nor a folder: reading it would wait, or go on for ever. */
export const NO_FILE = "ENOFILE";

/** `ENOENT: no such file or directory, open 'site.yaml'`, as Node writes it. */
const BY_NODE = /^[A-Z0-9]+: (.+), [a-z]+(?: '.*)?$/s;

/**
 * Why a file could not be read or written, for a message that names the file itself.
 *
 * @param error as `node:fs` throws it; of any other it is the message
 */
export function fileProblem(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "no such file or folder";
  if (code === "EISDIR") return "it is a folder";
  if (code === NO_FILE) return "it is a pipe or a device, which may never end";
  return BY_NODE.exec(message)?.[1] ?? message;
}

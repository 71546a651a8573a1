import { createReadStream } from "node:fs";
import { UserError } from "../../core/errors.ts";
import { fileProblem } from "../../core/file-problem.ts";
import { IMAGES, PROVIDERS, RENDERED, SIGNATURE, SUMS } from "./manifest.ts";

/** A file in a bundle, in the order in which they stand there. */
export interface Entry {
  readonly path: string;
  readonly bytes: number;

  /** To be read before the next entry is asked for. */
  readonly content: AsyncIterable<Buffer>;
}

/** More than any deployment has; a bundle is read before anybody knows who made it. */
const MOST_ENTRIES = 20_000;
const MOST_BYTES_OF_A_PATH = 512;

/** Of the rendered folder, where the server's own secrets are. */
const OF_THE_SERVER = /^render\/(secrets(\/|$)|\.env$)/;

/**
 * The files of a bundle, one after the other. Nothing is written anywhere, and an entry that is no plain file at a
 * place where bundles have files is refused before it is read.
 *
 * @throws UserError if it is no bundle, or cut short
 */
export async function* entriesOf(path: string): AsyncGenerator<Entry> {
  const { extract } = (await import("tar-stream")).default;
  const archive = extract();
  const file = createReadStream(path);
  file.on("error", (error) => archive.destroy(error));
  file.pipe(archive as unknown as NodeJS.WritableStream);
  const seen = new Set<string>();
  try {
    for await (const entry of archive) {
      const { name, type, size } = entry.header;
      refuse(path, name, type);
      if (seen.has(name)) throw notOurs(path, `has ${JSON.stringify(name)} twice`);
      if (seen.add(name).size > MOST_ENTRIES) throw notOurs(path, `has more than ${MOST_ENTRIES} files`);
      yield { path: name, bytes: size, content: told(path, entry as unknown as AsyncIterable<Buffer>) };
      // The next one comes behind what nobody has read.
      entry.resume();
    }
  } catch (error) {
    throw error instanceof UserError ? error : unreadable(path, error as NodeJS.ErrnoException);
  } finally {
    file.destroy();
  }
}

/** The content, whose reader learns of an archive that ends in it. */
async function* told(path: string, content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* content;
  } catch (error) {
    throw unreadable(path, error as NodeJS.ErrnoException);
  }
}

function refuse(path: string, name: string, type: string): void {
  if (type !== "file") throw notOurs(path, `has a ${type}: ${JSON.stringify(name)}`);
  const isTop = name === SUMS || name === SIGNATURE;
  const isBelow = [IMAGES, RENDERED, PROVIDERS].some((folder) => name.startsWith(folder));
  const isPlain =
    Buffer.byteLength(name) <= MOST_BYTES_OF_A_PATH &&
    !/[\p{Cc}\\]/u.test(name) &&
    name.split("/").every((step) => !["", ".", ".."].includes(step));
  if (!(isTop || isBelow) || !isPlain || OF_THE_SERVER.test(name))
    throw notOurs(path, `has a file at a place where no bundle has one: ${JSON.stringify(name)}`);
}

const notOurs = (path: string, problem: string): UserError =>
  new UserError(
    `${path}: ${problem}; nothing of it was used`,
    "exploreiot bundle create makes bundles; do not use this file",
  );

function unreadable(path: string, error: NodeJS.ErrnoException): UserError {
  const { code, message } = error;
  if (code === "ENOENT") return new UserError(`${path}: no such file`, "name the file of a bundle");
  if (code !== undefined)
    return new UserError(`${path}: cannot be read (${fileProblem(error)})`, "check its owner and mode");
  return new UserError(
    `${path}: cut short, or not a bundle (${message})`,
    "copy it here again, or make it with exploreiot bundle create",
  );
}

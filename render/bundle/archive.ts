import { createHash } from "node:crypto";
import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Pack } from "tar-stream";
import { modeOf } from "../folder.ts";

/** The same for every file: the same content is then the same archive. */
const MADE = new Date(0);

/** A tar archive that is being written, and what is in it so far. */
export class BundleArchive {
  readonly #pack: Pack;
  readonly #written: Promise<void>;
  readonly #sums = new Map<string, string>();
  #failure: unknown;

  private constructor(pack: Pack, target: Writable) {
    this.#pack = pack;
    this.#written = pipeline(pack as unknown as NodeJS.ReadableStream, target);
    // Ends what is being added, which is then told why: nothing else would.
    this.#written.catch((error) => {
      this.#failure = error;
      pack.destroy(error);
    });
  }

  static async into(target: Writable): Promise<BundleArchive> {
    const { pack } = (await import("tar-stream")).default;
    return new BundleArchive(pack(), target);
  }

  /** SHA-256 by path. */
  get sums(): ReadonlyMap<string, string> {
    return this.#sums;
  }

  /** @throws the error of the target, where it cannot be written */
  add(path: string, text: string): Promise<void> {
    const bytes = Buffer.from(text);
    return this.addStream(path, bytes.length, [bytes]);
  }

  /** @param size of the content, in bytes */
  async addStream(
    path: string,
    size: number,
    content: AsyncIterable<Buffer> | Iterable<Buffer>,
  ): Promise<void> {
    const hash = createHash("sha256");
    const hashed = async function* () {
      for await (const chunk of content) {
        hash.update(chunk);
        yield chunk;
      }
    };
    try {
      const entry = this.#pack.entry({ name: path, size, mode: modeOf(path), mtime: MADE });
      await pipeline(hashed(), entry as unknown as NodeJS.WritableStream);
    } catch (error) {
      throw this.#failure ?? error;
    }
    this.#sums.set(path, hash.digest("hex"));
  }

  async end(): Promise<void> {
    this.#pack.finalize();
    await this.#written;
  }
}

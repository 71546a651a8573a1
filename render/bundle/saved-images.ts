import { posix } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { Header } from "tar-stream";
import { z } from "zod";
import { UserError } from "../../core/errors.ts";
import { qualified } from "../../runners/docker/observe.ts";
import { converse } from "../../runners/run.ts";
import type { BundleArchive } from "./archive.ts";
import { IMAGES, type Manifest } from "./manifest.ts";

/**
 * What `docker load` begins with, in every version. The files that it names are called by hashes: `blobs/sha256/…` since
 * Docker 25 (the OCI layout), `….json` and `…/layer.tar` before. The same name is the same content.
 */
const LIST = "manifest.json";

const listShape = z.array(
  z.looseObject({
    Config: z.string().regex(/[0-9a-f]{64}/),
    RepoTags: z.array(z.string()).nullish(),
    Layers: z.array(z.string()),
  }),
);
type List = z.output<typeof listShape>;

/** Of the OCI layout: an engine with containerd's store knows images by the digests in it. */
const INDEX = "index.json";

const indexShape = z.object({
  manifests: z.array(
    z.object({ digest: z.string(), annotations: z.record(z.string(), z.string()).optional() }),
  ),
});

/** All that is read of an image: older engines save more, for engines before version 1.10. */
const NEEDED =
  /^(blobs\/sha256\/[0-9a-f]{64}|oci-layout|index\.json|[0-9a-f]{64}\.json|[0-9a-f]{64}\/layer\.tar)$/;

export interface Packed extends Pick<Manifest, "images" | "layers"> {
  /** Paths of layers that were left out. */
  readonly left: readonly string[];
}

/**
 * Adds what `docker save` writes, without the layers that are known.
 *
 * @param known their paths in an older bundle
 * @throws UserError if the engine cannot save them, or leaves the name of one out
 */
export async function packImages(
  archive: BundleArchive,
  references: readonly string[],
  known: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Packed> {
  const { stream, end } = await converse(["docker", "save", ...references], { signal });
  // It is told nothing; a conversation lasts until both sides have ended theirs.
  stream.end();
  const saved = new SavedImages(archive, known);
  try {
    await saved.read(stream);
  } catch (error) {
    const said = await end();
    // Of a client that ended well, the error is of what was done with its answer.
    throw error instanceof UserError || said === "" ? error : new UserError(`docker save failed: ${said}`);
  }
  return saved.finish(references);
}

class SavedImages {
  readonly #archive: BundleArchive;
  readonly #known: ReadonlySet<string>;

  /** Layers that stand for another one: bundles have no links. */
  readonly #links = new Map<string, string>();
  readonly #left: string[] = [];
  #list = "[]";
  #index = '{"manifests":[]}';

  constructor(archive: BundleArchive, known: ReadonlySet<string>) {
    this.#archive = archive;
    this.#known = known;
  }

  async read(stream: NodeJS.ReadableStream): Promise<void> {
    const { extract } = (await import("tar-stream")).default;
    const saved = extract();
    stream.on("error", (error) => saved.destroy(error));
    stream.pipe(saved as unknown as NodeJS.WritableStream);
    for await (const entry of saved) await this.#take(entry.header, entry as unknown as Readable);
  }

  async #take({ name, size, type, linkname }: Header, content: Readable): Promise<void> {
    if (type === "symlink") this.#links.set(name, posix.join(posix.dirname(name), linkname));
    if (name === LIST) this.#list = await text(content);
    else if (type !== "file" || !NEEDED.test(name)) await drained(content);
    else if (this.#known.has(`${IMAGES}${name}`)) {
      this.#left.push(`${IMAGES}${name}`);
      await drained(content);
    } else if (name === INDEX) {
      this.#index = await text(content);
      await this.#archive.add(`${IMAGES}${INDEX}`, this.#index);
    } else await this.#archive.addStream(`${IMAGES}${name}`, size, content);
  }

  async finish(references: readonly string[]): Promise<Packed> {
    const list = listShape.parse(JSON.parse(this.#list)).map((image) => ({
      ...image,
      Layers: image.Layers.map((path) => this.#links.get(path) ?? path),
    }));
    await this.#archive.add(`${IMAGES}${LIST}`, JSON.stringify(list));
    const layers = list.flatMap((image) => image.Layers.map((path) => `${IMAGES}${path}`));
    return {
      images: references.map((reference) => ({ reference, ids: this.#idsOf(reference, list) })),
      layers: [...new Set(layers)].sort(),
      left: this.#left,
    };
  }

  #idsOf(reference: string, list: List): readonly string[] {
    const image = list.find(({ RepoTags }) => (RepoTags ?? []).some((tag) => isNamed(tag, reference)));
    const config = /[0-9a-f]{64}/.exec(image?.Config ?? "")?.[0];
    if (config === undefined)
      throw new UserError(
        `docker save leaves the name of the image ${reference} out, so no server would find it`,
        "name the image with a tag in the configuration",
      );
    const manifests = indexShape
      .parse(JSON.parse(this.#index))
      .manifests.filter(({ annotations }) =>
        isNamed(annotations?.["io.containerd.image.name"] ?? "", reference),
      );
    return [`sha256:${config}`, ...manifests.map(({ digest }) => digest)];
  }
}

/** Reads to the end and keeps nothing. */
async function drained(content: Readable): Promise<void> {
  for await (const _ of content);
}

/** Some engines write the registry that people leave out. */
const isNamed = (written: string, reference: string): boolean =>
  ["", "docker.io/", "docker.io/library/"].some((prefix) => written === `${prefix}${qualified(reference)}`);

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { run } from "../run.ts";
import type { Report } from "../runner.ts";
import type { Stack } from "../stack.ts";

const ARCHIVE = "images.tar";

/** Writes every image that the stack's containers run to `images.tar`, as `docker load` takes it, and its checksum. */
export async function archiveImages(
  { images }: Stack,
  folder: string,
  { report, signal }: { readonly report: Report; readonly signal: AbortSignal },
): Promise<void> {
  const draft = join(folder, `${ARCHIVE}.new`);
  report(`${ARCHIVE}: ${images.length} images`);
  try {
    await run(["docker", "save", "--output", draft, ...images], { ownGroup: true, signal });
    const hash = createHash("sha256");
    await pipeline(createReadStream(draft), hash);
    await writeFile(join(folder, `${ARCHIVE}.sha256`), `${hash.digest("hex")}  ${ARCHIVE}\n`);
    await rename(draft, join(folder, ARCHIVE));
  } finally {
    await rm(draft, { force: true });
  }
}

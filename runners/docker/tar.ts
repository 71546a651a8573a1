const BLOCK = 512;

/**
 * The regular files of a tar archive by path, as `docker cp` writes them: names of more than 100 bytes, which would be
 * told in a header of their own, are not among what the kit delivers.
 */
export function filesInTar(archive: Buffer): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (let start = 0; start + BLOCK <= archive.length; ) {
    const header = archive.subarray(start, start + BLOCK);
    const name = text(header, 0, 100);
    if (name === "") break;
    const size = Number.parseInt(text(header, 124, 12), 8) || 0;
    const isRegular = ["0", ""].includes(text(header, 156, 1));
    if (isRegular) files.set(name, archive.subarray(start + BLOCK, start + BLOCK + size));
    start += BLOCK * (1 + Math.ceil(size / BLOCK));
  }
  return files;
}

const text = (block: Buffer, start: number, length: number): string =>
  block
    .toString("utf8", start, start + length)
    .replace(/\0.*$/s, "")
    .trim();

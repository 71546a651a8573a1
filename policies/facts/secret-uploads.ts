import type { Resource } from "../document.ts";
import { fileKind } from "../files.ts";
import { type Block, blocks } from "../values.ts";
import { soundsSecret } from "./secret-names.ts";
import { containerSpec } from "./services.ts";

/** Files that hold passwords or their hashes, under any name. */
const SECRET_KINDS = ["mosquitto.passwords", "redis.acl"];

/**
 * The uploads of a container that may hold secrets: those that come from a file on disk, in a container that is
 * given at least one that sounds like a secret. The text of such a file is not in the stack.
 */
export function secretUploads(container: Resource): readonly Block[] {
  const fromDisk = blocks(containerSpec(container), "upload").filter(
    ({ source }) => (source ?? undefined) !== undefined,
  );
  return fromDisk.some(isSecret) ? fromDisk : [];
}

const isSecret = ({ file, source }: Block): boolean =>
  [file, source].some((path) => soundsSecret(String(path)) || /(^|\/)secrets?\//i.test(String(path))) ||
  SECRET_KINDS.includes(fileKind(String(file)) ?? "");

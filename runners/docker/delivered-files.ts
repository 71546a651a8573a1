import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { FILES } from "../../core/container-folders.ts";
import { type Change, changesBetween, flat, type Settings } from "../settings/settings.ts";
import type { ContainerSpec, Stack } from "../stack.ts";
import type { Upload } from "../stack-json.ts";
import { bytesFromEngine } from "./engine-api.ts";
import { filesInTar } from "./tar.ts";

/** Hash of each file in the volume that a delivery job fills, by the path at which services find it. */
export type DeliveredFiles = Settings;

/** The jobs that fill a volume of files; certificates go by another way, and are compared where they are served. */
const delivers = ({ uploads, volumes }: ContainerSpec): boolean =>
  uploads.length > 0 && volumes.some(({ path }) => path === FILES);

/**
 * Reads what is in the volumes of files, by job. It is read by the engine's API from the job's container, which has
 * ended: nothing is started for it.
 */
export async function deliveredFiles(stack: Stack): Promise<ReadonlyMap<string, DeliveredFiles>> {
  const found = await Promise.all(
    stack.containers.filter(delivers).map(async ({ name }) => {
      const archive = await bytesFromEngine(`/containers/${name}/archive`, { path: `${FILES}/.` });
      return archive === undefined ? [] : ([[name, inArchive(archive)]] as const);
    }),
  );
  return new Map(found.flat());
}

const inArchive = (archive: Buffer): DeliveredFiles =>
  Object.fromEntries(
    [...filesInTar(archive)].map(([name, content]) => [
      `${FILES}/${name.replace(/^\.\//, "")}`,
      hash(content),
    ]),
  );

/** Which files of a job are not what the configuration says; a hash says that they differ, and not what is in them. */
export function fileChanges(
  spec: Pick<ContainerSpec, "uploads">,
  found: DeliveredFiles | undefined,
  folder: string,
): readonly Change[] {
  if (found === undefined) return [];
  const declared = spec.uploads.map((upload) => {
    const content = contentOf(upload, folder);
    return [pathOf(upload), content === undefined ? "not on this machine yet" : hash(content)];
  });
  return changesBetween(flat("file", Object.fromEntries(declared)), flat("file", found));
}

const pathOf = ({ file }: Upload) => file.replace(/^\/[^/]+/, FILES);

/** Undefined for a file that the next `up` makes: of a deployment whose secrets were just taken over, for example. */
function contentOf(upload: Upload, folder: string): string | Buffer | undefined {
  if ("content" in upload) return upload.content;
  const path = resolve(folder, upload.source);
  return existsSync(path) ? readFileSync(path) : undefined;
}

const hash = (content: string | Buffer) => createHash("sha256").update(content).digest("hex").slice(0, 12);

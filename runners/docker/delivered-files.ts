import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { FILES } from "../../core/container-folders.ts";
import { type Change, changesBetween, flat, type Settings } from "../settings/settings.ts";
import type { ContainerSpec, Stack } from "../stack.ts";
import type { Upload } from "../stack-json.ts";
import { bytesFromEngine } from "./engine-api.ts";
import { filesInSight } from "./files-in-sight.ts";
import type { ContainerState, Observation } from "./observe.ts";
import { filesInTar } from "./tar.ts";

/** Hash of each file in the volume that a delivery job fills, by the path at which services find it. */
export type DeliveredFiles = Settings;

/** The jobs that fill a volume of files; certificates go by another way, and are compared where they are served. */
const delivers = ({ uploads, volumes }: ContainerSpec): boolean =>
  uploads.length > 0 && volumes.some(({ path }) => path === FILES);

/**
 * Reads what is in the volumes of files, by job: as a service that runs sees it, where this process can look there, else by the
 * engine's API from the job's container, which has ended. Nothing is started for it.
 */
export async function deliveredFiles(
  stack: Stack,
  observed: Promise<Pick<Observation, "containers">>,
): Promise<ReadonlyMap<string, DeliveredFiles>> {
  // Nobody else needs to wait for them: the engine is asked at once.
  const containers = process.getuid?.() === 0 ? (await observed).containers : new Map();
  const found = await Promise.all(
    stack.containers.filter(delivers).map(async (job) => {
      const files = seenByService(job, containers) ?? (await inArchiveOf(job));
      return files === undefined ? [] : ([[job.name, hashed(files)]] as const);
    }),
  );
  return new Map(found.flat());
}

/** One that has the job's volume at the same place, while the job's own container is there as well. */
function seenByService(
  { name, volumes }: ContainerSpec,
  containers: Observation["containers"],
): ReadonlyMap<string, Buffer> | undefined {
  if (!containers.has(name)) return undefined;
  const volume = volumes.find(({ path }) => path === FILES)?.name;
  const reads = ({ State, Mounts = [] }: ContainerState) =>
    State.Running && Mounts.some(({ Name, Destination }) => Name === volume && Destination === FILES);
  const service = [...containers.values()].find(reads);
  return service === undefined
    ? undefined
    : filesInSight({ id: service.Id, pid: service.State.Pid ?? 0 }, FILES);
}

async function inArchiveOf({ name }: ContainerSpec): Promise<ReadonlyMap<string, Buffer> | undefined> {
  const archive = await bytesFromEngine(`/containers/${name}/archive`, { path: `${FILES}/.` });
  return archive === undefined ? undefined : filesInTar(archive);
}

const hashed = (files: ReadonlyMap<string, Buffer>): DeliveredFiles =>
  Object.fromEntries(
    [...files].map(([name, content]) => [`${FILES}/${name.replace(/^\.\//, "")}`, hash(content)]),
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

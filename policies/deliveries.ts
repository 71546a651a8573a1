import { basename, dirname } from "node:path";
import type { Resource, StackDocument } from "./document.ts";
import { containerSpec, type Kind, kindOf, RUNS } from "./services.ts";
import { blocks, isTrue } from "./values.ts";

/** What a container finds at a path: a volume, a folder or a file of the host, or a file that it was given. */
export interface Mounted {
  readonly path: string;

  /** The volume, or its name where the stack does not declare it; undefined for anything else. */
  readonly volume?: Resource | string;
  readonly writable: boolean;
}

/** Files that configure servers, by their type. */
const CONFIGURATION = [
  "mosquitto.conf",
  "mosquitto.acl",
  "mosquitto.passwords",
  "postgresql.conf",
  "pg_hba.conf",
  "sql",
  "redis.conf",
  "redis.acl",
].map((kind) => `file/${kind}`);

interface Index {
  readonly kinds: ReadonlyMap<Resource, Kind | undefined>;
  readonly byVolume: ReadonlyMap<Resource | string, readonly Resource[]>;
  readonly filesOf: ReadonlyMap<Resource, readonly Resource[]>;
  readonly readersOf: ReadonlyMap<Resource, readonly Resource[]>;
}

const indexes = new WeakMap<StackDocument, Index>();

/** Whether a container runs such a server; jobs run none. */
export const runs =
  (kind: Kind) =>
  (resource: Resource, stack: StackDocument): boolean =>
    indexOf(stack).kinds.get(resource) === kind;

/** Whether it runs such a server, or is the configuration of one that nothing in the stack is seen to run. */
export const isServer = (kind: Kind) => (resource: Resource, stack: StackDocument) =>
  isFile(resource) ? readersOf(resource, stack).length === 0 : runs(kind)(resource, stack);

export const isFile = ({ type }: Resource) => type.startsWith("file/");

/** The containers that read a file: that which is given it, or those that mount the volume that a job puts it into. */
export const readersOf = (file: Resource, stack: StackDocument): readonly Resource[] =>
  indexOf(stack).readersOf.get(file) ?? [];

/** The files of one kind that come with a file, or that a container is given. */
export function filesWith(resource: Resource, kind: string, stack: StackDocument): readonly Resource[] {
  const all = isFile(resource)
    ? stack.of([`file/${kind}`]).filter((other) => sameOrigin(resource, other))
    : (indexOf(stack).filesOf.get(resource) ?? []);
  return all.filter(({ type }) => type === `file/${kind}`);
}

/** The one of them that a setting names by its path in the container. */
export const fileAt = (path: string, resource: Resource, kind: string, stack: StackDocument) =>
  filesWith(resource, kind, stack).find(({ block }) => basename(String(block.file)) === basename(path));

const sameOrigin = ({ block: one }: Resource, { block: other }: Resource) =>
  one.container === other.container &&
  (one.container !== undefined || dirname(String(one.file)) === dirname(String(other.file)));

/** Whether something was put at a path of a container: a mount, an upload, or a file that a job puts into the volume. */
export function isProvided(path: string, resource: Resource, stack: StackDocument): boolean {
  const spec = containerSpec(resource);
  const given = [
    ...blocks(spec, "upload").map(({ file }) => String(file)),
    ...blocks(spec, "secrets").map(({ file_name }) => inRun(String(file_name))),
    ...blocks(spec, "configs").map(({ file_name }) => String(file_name)),
  ];
  if (given.includes(path)) return true;
  const mount = mountsOf(resource, stack)
    .filter((mounted) => isBelow(path, mounted.path))
    .sort((one, other) => other.path.length - one.path.length)[0];
  if (mount === undefined) return false;
  const delivered = mount.volume === undefined ? undefined : deliveredInto(mount.volume, stack);
  return delivered === undefined || delivered.some((file) => basename(file) === basename(path));
}

/** A secret of Swarm lies below /run/secrets unless its name is a path. */
const inRun = (name: string) => (name.startsWith("/") ? name : `/run/secrets/${name}`);

export const isBelow = (path: string, folder: string) =>
  path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);

/** The paths that jobs upload for a volume; undefined for a volume that no job with files mounts. */
function deliveredInto(volume: Resource | string, stack: StackDocument): readonly string[] | undefined {
  const jobs = (indexOf(stack).byVolume.get(volume) ?? []).filter(
    (container) => isJob(container, stack) && blocks(container.block, "upload").length > 0,
  );
  if (jobs.length === 0) return undefined;
  return jobs.flatMap(({ block }) => blocks(block, "upload").map(({ file }) => String(file)));
}

const isJob = (resource: Resource, stack: StackDocument) => runs("job")(resource, stack);

/** What is mounted into a container or a service, in the order in which it stands. */
export function mountsOf(resource: Resource, stack: StackDocument): readonly Mounted[] {
  const spec = containerSpec(resource);
  const volumeOf = (name: unknown) =>
    stack.follow(name)?.resource ?? (name === undefined ? name : String(name));
  return [
    ...blocks(spec, "volumes").map(({ container_path, volume_name, host_path, read_only }) =>
      mounted(container_path, host_path === undefined ? volumeOf(volume_name) : undefined, read_only),
    ),
    ...blocks(spec, "mounts").map(({ target, source, type, read_only }) =>
      mounted(target, type === "volume" ? volumeOf(source) : undefined, read_only),
    ),
  ];
}

const mounted = (path: unknown, volume: Resource | string | undefined, readOnly: unknown): Mounted => ({
  path: String(path).replace(/(.)\/$/, "$1"),
  ...(volume === undefined ? {} : { volume }),
  writable: !isTrue(readOnly),
});

function indexOf(stack: StackDocument): Index {
  const known = indexes.get(stack) ?? index(stack);
  indexes.set(stack, known);
  return known;
}

function index(stack: StackDocument): Index {
  const containers = stack.of(RUNS);
  const kinds = new Map(containers.map((container) => [container, kindOf(container, stack)]));
  const byVolume = new Map<Resource | string, Resource[]>();
  for (const container of containers)
    for (const volume of volumesOf(container, stack)) push(byVolume, volume, container);
  const byAddress = new Map(containers.map((container) => [`${container.type}.${container.id}`, container]));
  const filesOf = new Map<Resource, Resource[]>();
  const readersOf = new Map<Resource, Resource[]>();
  for (const file of stack.of(CONFIGURATION)) {
    const given = byAddress.get(String(file.block.container));
    if (given === undefined) continue;
    for (const reader of readers(given)) {
      push(filesOf, reader, file);
      push(readersOf, file, reader);
    }
  }
  return { kinds, byVolume, filesOf, readersOf };

  function readers(given: Resource): readonly Resource[] {
    if (kinds.get(given) !== "job") return [given];
    const reading = volumesOf(given, stack).flatMap((volume) => byVolume.get(volume) ?? []);
    return [...new Set(reading)].filter((container) => kinds.get(container) !== "job");
  }
}

/** None where the mounts cannot be read: rules that read them say so. */
function volumesOf(container: Resource, stack: StackDocument): readonly (Resource | string)[] {
  try {
    return mountsOf(container, stack).flatMap(({ volume }) => volume ?? []);
  } catch {
    return [];
  }
}

function push<Key>(map: Map<Key, Resource[]>, key: Key, resource: Resource): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [resource]);
  else known.push(resource);
}

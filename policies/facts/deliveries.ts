import { basename, dirname } from "node:path";
import type { Resource, StackDocument } from "../document.ts";
import type { Condition } from "../policy.ts";
import { blocks } from "../values.ts";
import { type Mount, mountAt, mountsOf, volumeOf } from "./mounts.ts";
import { remembered, rememberedText } from "./remembered.ts";
import { containerSpec, type Kind, kindOf, RUNS } from "./services.ts";
import { seenUsersOf } from "./volumes.ts";

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
  "grafana.ini",
  "traefik",
  "settings.js",
  "rabbitmq.conf",
  "mongod.conf",
  "influxdb.conf",
  "search.yml",
].map((kind) => `file/${kind}`);

/** Whether a container runs such a server; jobs run none. One condition a kind: what it selects is then found once. */
export const runs: (kind: Kind) => Condition = rememberedText(
  (kind): Condition =>
    (resource, stack) =>
      kindOf(resource, stack) === kind,
);

/** Whether it runs such a server, or is the configuration of one that nothing in the stack is seen to run. */
export const isServer: (kind: Kind) => Condition = rememberedText(
  (kind): Condition =>
    (resource, stack) =>
      isFile(resource) ? readersOf(resource, stack).length === 0 : kindOf(resource, stack) === kind,
);

export const isFile = ({ type }: Resource) => type.startsWith("file/");

/** The containers that read a file: that which is given it, or those that mount the volume that a job puts it into. */
export const readersOf = (file: Resource, stack: StackDocument): readonly Resource[] =>
  deliveriesIn(stack).readersOf.get(file) ?? [];

/** Whom a resource says something about: itself, or those who read the file. */
export const serversOf = (resource: Resource, stack: StackDocument): readonly Resource[] =>
  isFile(resource) ? readersOf(resource, stack) : [resource];

/** The files of one kind that come with a file, or that a container is given. */
export function filesWith(resource: Resource, kind: string, stack: StackDocument): readonly Resource[] {
  const all = isFile(resource)
    ? stack.of([`file/${kind}`]).filter((other) => sameOrigin(resource, other))
    : (deliveriesIn(stack).filesOf.get(resource) ?? []);
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
  if (givenTo(resource).has(path)) return true;
  const mount = mountAt(path, resource);
  if (mount === undefined) return false;
  const volume = volumeOf(mount, stack);
  const jobs = volume === undefined ? [] : deliverersOf(volume, stack);
  return jobs.length === 0 || jobs.some((job) => uploadsOf(job).has(basename(path)));
}

/** The paths of a container at which it is given a file by its own block. */
const givenTo = remembered((resource: Resource): ReadonlySet<string> => {
  const spec = containerSpec(resource);
  return new Set([
    ...blocks(spec, "upload").map(({ file }) => String(file)),
    ...blocks(spec, "secrets").map(({ file_name }) => inRun(String(file_name))),
    ...blocks(spec, "configs").map(({ file_name }) => String(file_name)),
  ]);
});

/** A secret of Swarm lies below /run/secrets unless its name is a path. */
const inRun = (name: string) => (name.startsWith("/") ? name : `/run/secrets/${name}`);

/** The jobs that bring files into a volume. */
const deliverersOf = (volume: Resource | string, stack: StackDocument): readonly Resource[] =>
  seenUsersOf(volume, stack)
    .map(({ container }) => container)
    .filter((container) => isJob(container, stack) && uploadsOf(container).size > 0);

/** The names of the files that a job is given, without their folders. */
const uploadsOf = remembered(
  ({ block }: Resource): ReadonlySet<string> =>
    new Set(blocks(block, "upload").map(({ file }) => basename(String(file)))),
);

const isJob = runs("job");

/** Which container reads which configuration file. */
interface Deliveries {
  readonly filesOf: ReadonlyMap<Resource, readonly Resource[]>;
  readonly readersOf: ReadonlyMap<Resource, readonly Resource[]>;
}

const deliveriesIn = remembered((stack: StackDocument): Deliveries => {
  const given = new Map(stack.of(RUNS).map((container) => [`${container.type}.${container.id}`, container]));
  const filesOf = new Map<Resource, Resource[]>();
  const readers = new Map<Resource, readonly Resource[]>();
  for (const file of stack.of(CONFIGURATION)) {
    const container = given.get(String(file.block.container));
    if (container === undefined) continue;
    const reading = isJob(container, stack) ? readersBehind(container, stack) : [container];
    readers.set(file, reading);
    for (const reader of reading) filesOf.set(reader, [...(filesOf.get(reader) ?? []), file]);
  }
  return { filesOf, readersOf: readers };
});

/** The services that share a volume with a job; none if its mounts cannot be read, which rules about mounts say. */
function readersBehind(job: Resource, stack: StackDocument): readonly Resource[] {
  const volumes = readable(job).flatMap((mount) => volumeOf(mount, stack) ?? []);
  const users = volumes.flatMap((volume) => seenUsersOf(volume, stack));
  return [...new Set(users.map(({ container }) => container))].filter(
    (container) => !isJob(container, stack),
  );
}

function readable(job: Resource): readonly Mount[] {
  try {
    return mountsOf(job);
  } catch {
    return [];
  }
}

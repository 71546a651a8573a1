import type { Resource, StackDocument } from "../document.ts";
import { type Block, blocks, isTrue } from "../values.ts";
import { remembered } from "./remembered.ts";
import { containerSpec } from "./services.ts";

/** One entry of `volumes` or `mounts`, as it stands. */
export interface Mount {
  /** `volume`, `bind`, `tmpfs`, …; what is known only at apply stands here too. */
  readonly type: unknown;

  /** A host path or the name of a volume; undefined for an anonymous volume and for tmpfs. */
  readonly source: unknown;

  /** Path inside the container. */
  readonly target: unknown;

  readonly readOnly: unknown;

  /** The block itself, for its options. */
  readonly block: Block;
}

/**
 * The mounts of a container or a service, in their order in the file.
 *
 * @throws Error if it cannot be read
 */
export const mountsOf = remembered((resource: Resource): readonly Mount[] => {
  const spec = containerSpec(resource);
  return [
    ...blocks(spec, "volumes").map(volume),
    ...blocks(spec, "mounts").map((block) => ({
      type: block.type,
      source: block.source ?? undefined,
      target: block.target,
      readOnly: block.read_only,
      block,
    })),
  ];
});

/** The engine takes a `volume_name` that is a path for a host path. */
function volume(block: Block): Mount {
  const { host_path, volume_name, from_container, container_path, read_only } = block;
  const source = host_path ?? volume_name ?? from_container ?? undefined;
  const isPath = typeof volume_name === "string" && /^[./~]/.test(volume_name);
  const type = (host_path ?? undefined) !== undefined || isPath ? "bind" : "volume";
  return { type, source, target: container_path, readOnly: read_only, block };
}

/** Mounts of host paths. A mount of a kind that nobody knows yet may be one. */
export const bindsOf = (resource: Resource): readonly Mount[] =>
  mountsOf(resource).filter(({ type }) => !["volume", "tmpfs", "cluster", "npipe"].includes(String(type)));

export const hasBinds = (resource: Resource): boolean => bindsOf(resource).length > 0;

export const isWritable = ({ readOnly }: Mount): boolean => !isTrue(readOnly);

/** Whether a path in a container lies on a mount. */
export const covers = ({ target }: Mount, path: string): boolean => isBelow(path, folderOf(target));

/** The mount that a path in a container lies on: the deepest of those that cover it. */
export function mountAt(path: string, resource: Resource): Mount | undefined {
  let deepest: Mount | undefined;
  for (const mount of mountsOf(resource))
    if (covers(mount, path) && (deepest === undefined || !covers(mount, folderOf(deepest.target))))
      deepest = mount;
  return deepest;
}

function folderOf(target: unknown): string {
  const path = String(target);
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

const isBelow = (path: string, folder: string) =>
  path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);

/** The volume of a mount, or its name where the stack does not declare it; undefined for anything but a named volume. */
export function volumeOf({ type, source }: Mount, stack: StackDocument): Resource | string | undefined {
  if (type !== "volume" || source === undefined) return undefined;
  return stack.follow(source)?.resource ?? volumesByName(stack).get(source) ?? String(source);
}

const volumesByName = remembered(
  (stack: StackDocument): ReadonlyMap<unknown, Resource> =>
    new Map(stack.of(["docker_volume"]).map((declared) => [declared.block.name, declared])),
);

/** Whether a path of a container lies on a named volume or a folder of the host, and it may write there. */
export const keepsDataAt = (path: string, resource: Resource): boolean =>
  mountsOf(resource).some(
    (mount) =>
      mount.type !== "tmpfs" && mount.source !== undefined && isWritable(mount) && covers(mount, path),
  );

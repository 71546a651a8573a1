import type { Resource } from "./document.ts";
import { containerSpec } from "./services.ts";
import { type Block, blocks } from "./values.ts";

/** One entry of `volumes` or `mounts`, as it stands. */
export interface Mounted {
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

const known = new WeakMap<Resource, readonly Mounted[]>();

/** What a container or a service mounts. */
export function mountedBy(resource: Resource): readonly Mounted[] {
  const found = known.get(resource) ?? readMounts(resource);
  known.set(resource, found);
  return found;
}

function readMounts(resource: Resource): readonly Mounted[] {
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
}

/** The engine takes a `volume_name` that is a path for a host path. */
function volume(block: Block): Mounted {
  const { host_path, volume_name, from_container, container_path, read_only } = block;
  const source = host_path ?? volume_name ?? from_container ?? undefined;
  const isPath = typeof volume_name === "string" && /^[./~]/.test(volume_name);
  const type = (host_path ?? undefined) !== undefined || isPath ? "bind" : "volume";
  return { type, source, target: container_path, readOnly: read_only, block };
}

/** Mounts of host paths. A mount of a kind that nobody knows yet may be one. */
export const bindsOf = (resource: Resource): readonly Mounted[] =>
  mountedBy(resource).filter(({ type }) => !["volume", "tmpfs", "cluster", "npipe"].includes(String(type)));

export const hasBinds = (resource: Resource): boolean => bindsOf(resource).length > 0;

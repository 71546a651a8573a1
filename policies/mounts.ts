import { isService, LABEL, labelOf } from "./containers.ts";
import type { Resource, StackDocument } from "./document.ts";
import { blocks, isTrue } from "./values.ts";

/** A container that has a volume. */
interface Mount {
  readonly container: Resource;
  readonly writable: boolean;
}

const indexes = new WeakMap<StackDocument, ReadonlyMap<Resource, readonly Mount[]>>();

/**
 * Whether a volume holds data: a service may write to it, or nobody is seen to mount it. The rest are volumes
 * through which a job hands files to services.
 */
export function holdsData(volume: Resource, stack: StackDocument): boolean {
  const mounts = mountsOf(volume, stack);
  return mounts.length === 0 || mounts.some(({ container, writable }) => writable && isService(container));
}

/** Environments of the containers that mount a volume. */
export const environmentsOf = (volume: Resource, stack: StackDocument): readonly unknown[] =>
  mountsOf(volume, stack).map(({ container }) => labelOf(container.block, LABEL.environment));

function mountsOf(volume: Resource, stack: StackDocument): readonly Mount[] {
  const known = indexes.get(stack) ?? index(stack);
  indexes.set(stack, known);
  return known.get(volume) ?? [];
}

function index(stack: StackDocument): ReadonlyMap<Resource, readonly Mount[]> {
  const found = new Map<Resource, Mount[]>();
  for (const container of stack.of(["docker_container"])) {
    const mounts = [
      ...blocks(container.block, "volumes").map(({ volume_name, read_only }) => ({ volume_name, read_only })),
      ...blocks(container.block, "mounts").map(({ source, read_only }) => ({
        volume_name: source,
        read_only,
      })),
    ];
    for (const { volume_name, read_only } of mounts) {
      const volume = stack.follow(volume_name)?.resource;
      if (volume === undefined) continue;
      const known = found.get(volume) ?? [];
      known.push({ container, writable: !isTrue(read_only) });
      found.set(volume, known);
    }
  }
  return found;
}

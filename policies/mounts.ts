import { isDelivery, isService, LABEL, labelOf } from "./containers.ts";
import type { Resource, StackDocument } from "./document.ts";
import { mountedBy } from "./mounted.ts";
import { RUNS } from "./services.ts";
import { isTrue } from "./values.ts";

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

/** Whether a volume, by name or reference, is one through which a job hands files over. */
export function isDelivered(source: unknown, stack: StackDocument): boolean {
  const volume = stack.follow(source)?.resource;
  return volume !== undefined && mountsOf(volume, stack).some(({ container }) => isDelivery(container));
}

/** The services that may write to a volume. */
export const writersOf = (volume: Resource, stack: StackDocument): readonly Resource[] =>
  mountsOf(volume, stack)
    .filter(({ container, writable }) => writable && isService(container))
    .map(({ container }) => container);

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
  const byName = new Map(stack.of(["docker_volume"]).map((volume) => [volume.block.name, volume]));
  for (const container of stack.of(RUNS)) {
    for (const { source, readOnly } of mountedBy(container)) {
      const volume = stack.follow(source)?.resource ?? byName.get(source ?? Number.NaN);
      if (volume === undefined) continue;
      const known = found.get(volume) ?? [];
      known.push({ container, writable: !isTrue(readOnly) });
      found.set(volume, known);
    }
  }
  return found;
}

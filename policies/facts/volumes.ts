import { dataOf } from "../../core/data.ts";
import { LABEL } from "../../core/labels.ts";
import { readContainerFacts } from "../../core/stack-facts.ts";
import type { Resource, StackDocument } from "../document.ts";
import { isDelivery, isJob, labelOf } from "./containers.ts";
import { isWritable, type Mount, mountsOf, volumeOf } from "./mounts.ts";
import { remembered } from "./remembered.ts";
import { RUNS } from "./services.ts";

/** A container that mounts a volume. */
interface User {
  readonly container: Resource;
  readonly writable: boolean;
}

/**
 * Whether a volume holds data: a service may write to it, or nobody is seen to mount it. The rest are volumes
 * through which a job hands files to services.
 */
export function holdsData(volume: Resource, stack: StackDocument): boolean {
  const users = usersOf(volume, stack);
  return users.length === 0 || dataOf(users.map(written)).length > 0;
}

/** Whether a mount is of a volume through which a job hands files over. */
export function isDelivered(mount: Mount, stack: StackDocument): boolean {
  const volume = volumeOf(mount, stack);
  return (
    volume !== undefined &&
    usersOf(volume, stack).some(({ container }) => isDelivery(container) && !givesVolume(container, stack))
  );
}

/** A job that puts nothing into the volume, and gives it to the user of those who write to it. */
const givesVolume = ({ block, path }: Resource, stack: StackDocument): boolean =>
  stack.facts !== undefined && readContainerFacts(block, path)?.givesVolume === true;

/** The services that may write to a volume. */
export const writersOf = (volume: Resource, stack: StackDocument): readonly Resource[] =>
  usersOf(volume, stack)
    .filter((user) => dataOf([written(user)]).length > 0)
    .map(({ container }) => container);

const written = ({ container, writable }: User) => ({
  job: isJob(container),
  volumes: [{ name: "this", readOnly: !writable }],
});

/** Environments of the containers that mount a volume. */
export const environmentsOf = (volume: Resource, stack: StackDocument): readonly unknown[] =>
  usersOf(volume, stack).map(({ container }) => labelOf(container.block, LABEL.environment));

/** @throws Error if the mounts of any container cannot be read: it may have this volume */
function usersOf(volume: Resource | string, stack: StackDocument): readonly User[] {
  const { unreadable } = mountsIn(stack);
  if (unreadable !== undefined) throw unreadable;
  return seenUsersOf(volume, stack);
}

/** The containers that are seen to mount a volume, which may be one that the stack does not declare. */
export const seenUsersOf = (volume: Resource | string, stack: StackDocument): readonly User[] =>
  mountsIn(stack).users.get(volume) ?? [];

interface Mounts {
  readonly users: ReadonlyMap<Resource | string, readonly User[]>;

  /** Why the mounts of a container cannot be read; undefined if all can. */
  readonly unreadable: Error | undefined;
}

const mountsIn = remembered((stack: StackDocument): Mounts => {
  const users = new Map<Resource | string, User[]>();
  let unreadable: Error | undefined;
  for (const container of stack.of(RUNS)) {
    try {
      for (const mount of mountsOf(container)) note(users, { container, mount }, stack);
    } catch (error) {
      unreadable ??= error as Error;
    }
  }
  return { users, unreadable };
});

function note(
  users: Map<Resource | string, User[]>,
  { container, mount }: { readonly container: Resource; readonly mount: Mount },
  stack: StackDocument,
): void {
  const volume = volumeOf(mount, stack);
  if (volume === undefined) return;
  const user = { container, writable: isWritable(mount) };
  const known = users.get(volume);
  if (known === undefined) users.set(volume, [user]);
  else known.push(user);
}

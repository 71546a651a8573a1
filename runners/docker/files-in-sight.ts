import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Process, runsHere } from "./cgroup.ts";

/**
 * The regular files below a folder as a running container sees them, through its first process: 1 ms, where the engine takes 50 ms
 * of processor time to pack one up (20.10). The system lets nobody look that way but root, on the engine's own machine.
 *
 * @param folder of the container, an absolute path
 * @param root for tests. @default /
 * @returns by path below the folder; undefined where it cannot be seen, or is another one than its path says
 */
export function filesInSight(
  container: Process,
  folder: string,
  root = "/",
): ReadonlyMap<string, Buffer> | undefined {
  const own = join(root, "proc", String(container.pid), "root");
  try {
    // From here an absolute link would lead to a folder of this machine.
    const parts = folder.split("/").slice(1);
    const places = parts.map((_, end) => join(own, ...parts.slice(0, end + 1)));
    if (!places.every((place) => lstatSync(place).isDirectory())) return undefined;
    const files = new Map(filesBelow(join(own, folder), ""));
    // Asked last: until then it was this container's process, and not a later one of that number.
    return runsHere(container, root) ? files : undefined;
  } catch {
    return undefined;
  }
}

function filesBelow(folder: string, before: string): (readonly [string, Buffer])[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    const name = join(before, entry.name);
    if (entry.isDirectory()) return filesBelow(path, name);
    return entry.isFile() ? [[name, readFileSync(path)] as const] : [];
  });
}

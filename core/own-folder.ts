import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Namespace of processes and process of the folder's maker. A process of another container has another namespace. */
const NAME = /^exploreiot-[a-z]+-(\d+)-(\d+)-\w{6}$/;

/**
 * Gives a folder (0700) to some work, and removes it afterwards, also where the process ends meanwhile. A process that is
 * killed cannot: its folder is removed by the next one that works in the same place.
 *
 * @param place a folder, which is made if it is not there
 * @param purpose lower-case letters, which are a part of the name
 */
export async function withOwnFolder<T>(
  place: string,
  purpose: string,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  mkdirSync(place, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(place).filter(isLeft)) removed(join(place, name));
  const folder = mkdtempSync(join(place, `exploreiot-${purpose}-${namespace()}-${process.pid}-`));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  try {
    return await work(folder);
  } finally {
    process.off("exit", remove);
    remove();
  }
}

/** Whether the process that worked there is gone; of one in another namespace that cannot be known. */
function isLeft(name: string): boolean {
  const [, where, pid] = NAME.exec(name) ?? [];
  if (pid === undefined || where !== namespace()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

function removed(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // Another user's, in a place that is shared: it is left to that user.
  }
}

/** 0 where the system has none, and so one for all. */
function namespace(): string {
  try {
    return /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? "0";
  } catch {
    return "0";
  }
}
